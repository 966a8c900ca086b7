/* Planted faults, for the simulator to prove that it would notice them.
 *
 * In the product VICU_MUTANT() is the constant 0 and leaves no code behind. The
 * tests build the same sources a second time with VICU_MUTANTS, and switch one
 * fault on at a time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

typedef enum {
    VICU_MUTANT_NONE,
    VICU_MUTANT_ACK_BEFORE_SYNC,     /* receiver acknowledges what it took, not what is synced */
    VICU_MUTANT_NO_WATERMARK_CHECK,  /* receiver takes any sequence above its watermark */
    VICU_MUTANT_TIMER_ON_WALL_CLOCK, /* sender's timers run on UTC */
    VICU_MUTANT_TRIM_ON_SEND,        /* sender trims what it sent */
    VICU_MUTANT_NO_FENCING,          /* receiver lets a lower fence write */
    VICU_MUTANT_EPOCH_NOT_SYNCED,    /* spool begins an epoch without syncing its number */
    VICU_MUTANT_DUPLICATE_TAKEN,     /* receiver stores what it already has */
    VICU_MUTANT_FEED_HOLE_UNNOTICED, /* reader does not look at the hub's numbers */
    VICU_MUTANT_END_BEFORE_LAST,     /* receiver ends an epoch when END comes, not at its last */
    VICU_MUTANT_BACKLOG_FIRST,    /* sender lets backlog take all credit, before the live epoch */
    VICU_MUTANT_CREDIT_IGNORED,   /* sender sends beyond its credit */
    VICU_MUTANT_DROP_UNRECORDED,  /* spool drops its oldest without a dropped range */
    VICU_MUTANT_CHECKSUM_IGNORED, /* spool believes a torn record */
    VICU_MUTANT_STORE_LANE_UNSYNCED,     /* sender sends to the store before the spool's sync */
    VICU_MUTANT_REFERENCE_UNCHECKED,     /* hub passes on whatever it holds under that number */
    VICU_MUTANT_ALWAYS_REFERRED,         /* sender refers again to what the hub does not hold */
    VICU_MUTANT_COMMAND_TWICE,           /* owner acts again on a repeated command */
    VICU_MUTANT_UPDATE_HOLE_UNNOTICED,   /* subscriber applies an update behind a hole */
    VICU_MUTANT_LIVE_HOLE_UNNOTICED,     /* viewer does not look at the hub's numbers */
    VICU_MUTANT_LIVE_BEAT_IGNORED,       /* viewer does not see that the last ones are missing */
    VICU_MUTANT_LIVE_LATE_TAKEN,         /* viewer hands on what came twice or late */
    VICU_MUTANT_LIVE_SKIP_UNTOLD,        /* viewer skips without telling of the hole */
    VICU_MUTANT_LIVE_NEVER_SKIPPED,      /* viewer hands on what is long behind */
    VICU_MUTANT_ESC_SEND_UNJOURNALED,    /* escalation sends, then journals */
    VICU_MUTANT_ESC_NOT_SENT_AGAIN,      /* open intents are left after a restart */
    VICU_MUTANT_ESC_BOOT_IGNORED,        /* deadlines of another boot are believed */
    VICU_MUTANT_ESC_TIMER_ON_WALL_CLOCK, /* deadlines run on UTC */
    VICU_MUTANT_ESC_BREACH_UNTOLD,       /* a missed deadline leaves no breach */
    VICU_MUTANT_ESC_NO_NEXT_STEP,        /* nobody is asked after a missed deadline */
    VICU_MUTANT_ESC_ASKED_TWICE,         /* one person is asked twice in a step */
    VICU_MUTANT_ESC_HOLE_SKIPPED,        /* a hole of the roster does not reach the last resort */
    VICU_MUTANT_ESC_FAILURE_WAITS,       /* a channel's failure does not move the ladder on */
    VICU_MUTANT_ESC_SENT_IS_DELIVERED,   /* what a channel took counts as delivered */
    VICU_MUTANT_ESC_RECEIPT_TWICE,       /* a second receipt sets the time again */
    VICU_MUTANT_ESC_ACT_TWICE,           /* a second acceptance is acted on */
    VICU_MUTANT_ESC_TWO_ACCEPT,          /* two people can have it */
    VICU_MUTANT_ESC_ALARM_END_IGNORED,   /* the ladder goes on when its alarm has ended */
    VICU_MUTANT_COUNT,
} VicuMutant;

#ifdef VICU_MUTANTS
extern VicuMutant vicu_mutant;
#define VICU_MUTANT(name) (vicu_mutant == VICU_MUTANT_##name)
#else
#define VICU_MUTANT(name) 0
#endif
