/* Ids of log lines that someone may have to act on. Each has a text in
 * data/messages.catalog that says what to do; the house suite checks it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define VICU_MSG_READY           "vicu-ready"
#define VICU_MSG_STOPPING        "vicu-stopping"
#define VICU_MSG_SETTINGS        "vicu-settings"
#define VICU_MSG_KEY_REFUSED     "vicu-key-refused"
#define VICU_MSG_FEED_SILENT     "vicu-feed-silent"
#define VICU_MSG_UPSTREAM_SILENT "vicu-upstream-silent"
#define VICU_MSG_UPSTREAM_BACK   "vicu-upstream-back"
#define VICU_MSG_UNREADABLE      "vicu-unreadable"
#define VICU_MSG_SPOOL_OVERFLOW  "vicu-spool-overflow"
#define VICU_MSG_SPOOL_FAILED    "vicu-spool-failed"
#define VICU_MSG_STORE_FULL      "vicu-store-full"
#define VICU_MSG_STORE_FAILED    "vicu-store-failed"
#define VICU_MSG_STORE_AUDIT     "vicu-store-audit"
#define VICU_MSG_STORE_KEYS      "vicu-store-keys"
#define VICU_MSG_JOURNAL_FAILED  "vicu-journal-failed"
#define VICU_MSG_PEOPLE          "vicu-people"
#define VICU_MSG_SNAPSHOT_FAILED "vicu-snapshot-failed"
#define VICU_MSG_CHILD_ENDED     "vicu-child-ended"
#define VICU_MSG_CHILD_SILENT    "vicu-child-silent"
#define VICU_MSG_AUDIT_LOST      "vicu-audit-lost"
#define VICU_MSG_LINK_REFUSED    "vicu-link-refused"
#define VICU_MSG_HL7_REFUSED     "vicu-hl7-refused"
#define VICU_MSG_RULES_REFUSED   "vicu-rules-refused"
#define VICU_MSG_CHANNEL_FAILED  "vicu-channel-failed"
#define VICU_MSG_FATAL           "vicu-fatal"
