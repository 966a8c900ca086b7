/* vicu-audit-verify: says whether an exported audit, or the proof of a record, is what was
 * signed. Exit 0: it is; 1: it was changed or cut; 2: bad usage, or the file cannot be read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "tools/verifier/verify.h"

#define KEY_MAX (VERIFIER_KEY_MAX + 2)

static const char usage[] =
    "Usage: vicu-audit-verify [OPTION...] FILE\n"
    "Says whether an exported audit, or the proof of one record, is what was signed. FILE may be "
    "-.\n"
    "\n"
    "  --key KEY|FILE      The store's public key, as it was handed out on another way\n"
    "  --witness KEY|FILE  A witness that has to have signed it\n"
    "  --all               Every record has to be in it, from the first to the newest\n"
    "  --list              Print the records\n"
    "  --help              This text\n"
    "\n"
    "Exit: 0 it is, 1 it was changed or cut, 2 bad usage or an unreadable file.\n"
    "Example:\n  vicu-audit-verify --key audit-log.public audit.vicu\n";

static void
print_record(uint64_t number, const uint8_t *record, size_t size, void *user)
{
    char text[4096];

    (void)user;
    printf("%" PRIu64 "  %s\n", number,
           verifier_record_text(record, size, text, sizeof text) ? text : "(not a record)");
}

/* A key itself, or the file that has it in its first line. */
static bool
take_key(const char *word, char out[KEY_MAX])
{
    FILE *file = strchr(word, '+') == NULL ? fopen(word, "r") : NULL;

    if (file == NULL) {
        if (strlen(word) >= KEY_MAX || strchr(word, '+') == NULL)
            return false;
        strcpy(out, word);
        return true;
    }
    bool ok = fgets(out, KEY_MAX, file) != NULL;
    fclose(file);
    if (ok)
        out[strcspn(out, "\n")] = '\0';
    return ok;
}

static void
say(const VerifierReport *r, const VerifierDemand *demand)
{
    char when[32] = "";
    time_t t_s = (time_t)r->witnessed_s;
    struct tm parts;

    if (r->is_proof)
        printf("record %" PRIu64 " is under the head of %" PRIu64 " records by %s\n", r->first,
               r->size, r->origin);
    else
        printf("records %" PRIu64 " to %" PRIu64 " of %" PRIu64 " are as %s signed them\n",
               r->first, r->last, r->size, r->origin);
    if (r->gone > 0)
        printf("%" PRIu64
               " of them went by retention: their hashes are there, not what they said\n",
               r->gone);
    if (demand->key == NULL)
        printf("key %s: compare it with the one that was handed out\n", r->key);
    if (r->witness[0] == '\0')
        printf("unwitnessed\n");
    else if (gmtime_r(&t_s, &parts) != NULL
             && strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0)
        printf("%s has witnessed the first %" PRIu64 " at %s\n", r->witness, r->witnessed, when);
}

static int
verify(const char *path, const VerifierDemand *demand, bool list)
{
    VerifierReport report;
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");

    if (in == NULL) {
        fprintf(stderr, "vicu-audit-verify: %s: %s\n", path, strerror(errno));
        return VERIFIER_UNREADABLE;
    }
    VerifierFound found = verifier_verify(in, demand, &report, list ? print_record : NULL, NULL);
    if (in != stdin)
        fclose(in);
    if (found == VERIFIER_GOOD)
        say(&report, demand);
    else
        fprintf(stderr, "vicu-audit-verify: %s: NOT as signed: %s\n", path, report.why);
    return (int)found;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, 'k'}, {"witness", required_argument, NULL, 'w'},
        {"all", no_argument, NULL, 'a'},       {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},      {0},
    };
    char key[KEY_MAX], witness[KEY_MAX];
    VerifierDemand demand = {0};
    bool list = false;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        char *into = option == 'k' ? key : witness;
        if (option == 'h') {
            fputs(usage, stdout);
            return VERIFIER_GOOD;
        }
        if ((option == 'k' || option == 'w') && !take_key(optarg, into)) {
            fprintf(stderr, "vicu-audit-verify: %s: neither a public key nor a file with one\n",
                    optarg);
            return VERIFIER_UNREADABLE;
        }
        if (option == 'k')
            demand.key = key;
        else if (option == 'w')
            demand.witness = witness;
        else if (option == 'a')
            demand.all = true;
        else if (option == 'l')
            list = true;
        else
            return VERIFIER_UNREADABLE;
    }
    if (optind + 1 != argc || sodium_init() < 0) {
        fputs(usage, stderr);
        return VERIFIER_UNREADABLE;
    }
    return verify(argv[optind], &demand, list);
}
