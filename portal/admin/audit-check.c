/* The audit's signed head, and checks that the store cannot pass by its word alone.
 *
 * Checked here, from what the store answers: that its head is signed by the key that lies in the
 * installation's folder; that the tree grew out of the one that a witness signed last, or that
 * this portal saw before; that records (the first, the newest, one that is named) are under a
 * signed head. Whole proof: `vicu audit verify`, on a machine of somebody else.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/note.h"
#include "portal/admin/admin-inner.h"

#define NUMBERS 3u

/* ---- the head ---- */

static void
put_witnesses(AdminCall *call, const Vicu__LedgerHead *head)
{
    int64_t now_us = vicu_clock_utc_us();
    bool any = false;

    portal_html_put(call->html, "<dt>%s</dt><dd>", admin_say(call, "Witnesses", "见证"));
    for (size_t i = 0; i < head->n_cosigned; i++) {
        const Vicu__Cosigned *one = head->cosigned[i];
        g_autofree char *age = vicu_duration_format(MAX(now_us - one->t_us, 0));
        VicuNoteKey key;
        if (!vicu_note_key_parse(&key, one->key))
            continue;
        portal_html_put(call->html,
                        admin_say(call,
                                  "%s, %s ago, over %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                  " records. ",
                                  "%s，%s前，%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " 条记录。"),
                        key.name, age, (guint64)one->size, (guint64)head->size);
        any = true;
    }
    if (!any)
        portal_html_put(call->html, "<span class=\"bad\">%s</span>",
                        admin_say(call, "unwitnessed: only the store's own word",
                                  "未见证：仅有存储自身的声明"));
    portal_html_put(call->html, "</dd>");
}

void
admin_put_head(AdminCall *call, const Vicu__LedgerHead *head)
{
    portal_html_put(call->html, "<dl><dt>%s</dt><dd>%" G_GUINT64_FORMAT "</dd><dt>%s</dt><dd>",
                    admin_say(call, "Records under the signed head", "签名头下的记录"),
                    (guint64)head->size, admin_say(call, "Newest taken (UTC)", "最新记录 (UTC)"));
    portal_html_time(call->html, head->t_us);
    portal_html_put(call->html, "</dd><dt>%s</dt><dd class=\"code\">%s</dd>",
                    admin_say(call, "Key", "密钥"), head->key);
    put_witnesses(call, head);
    portal_html_put(call->html, "</dl>");
    admin_form(call, "/admin/audit/verify");
    admin_field(call, admin_say(call, "A record's number, too", "另查编号"), "number", "text", "",
                "off", FALSE);
    admin_button(call, admin_say(call, "Verify", "验证"));
    portal_html_put(call->html, "</form>");
}

/* ---- checks ---- */

typedef struct {
    VicuNoteKey key; /* of the installation's folder */
    bool has_key;
    char *key_text;
    VicuNoteHead old; /* that the tree has to have grown out of */
    bool has_old;
    char *old_from; /* whose head that is */
    uint64_t numbers[NUMBERS];
    unsigned n_numbers, at;
    PortalHtml *lines;
    unsigned n_checked, n_failed;
} Check;

static void
check_free(gpointer data)
{
    Check *check = data;

    g_free(check->key_text);
    g_free(check->old_from);
    portal_html_free(check->lines);
    g_free(check);
}

static void
say_check(AdminCall *call, bool ok, const char *what, const char *about)
{
    Check *check = call->data;

    check->n_checked++;
    check->n_failed += !ok;
    portal_html_put(check->lines, "<tr><th scope=\"row\">%s</th><td>%s</td>", what, about);
    if (ok)
        portal_html_put(check->lines, "<td>%s</td></tr>", admin_say(call, "holds", "成立"));
    else
        portal_html_put(check->lines, "<td class=\"bad\">%s</td></tr>",
                        admin_say(call, "DOES NOT HOLD", "不成立"));
}

static void
read_key(AdminCall *call)
{
    Check *check = call->data;
    const VicuRoot *root = vicu_daemon_root(call->owner->options.daemon);
    g_autofree char *path = g_build_filename(root->keys, VICU_NOTE_LOG_FILE VICU_NOTE_PUBLIC, NULL);

    if (!g_file_get_contents(path, &check->key_text, NULL, NULL))
        return;
    g_strstrip(check->key_text);
    check->has_key = vicu_note_key_parse(&check->key, check->key_text);
}

static void
end_check(AdminCall *call)
{
    Check *check = call->data;
    const char *columns[] = {admin_say(call, "Checked", "检查项"), admin_say(call, "Of", "对象"),
                             admin_say(call, "Result", "结果")};

    admin_begin(call, admin_say(call, "The audit verified", "审计验证"));
    portal_html_put(call->html, "<p class=\"%s\" role=\"status\">",
                    check->n_failed > 0 ? "refused" : "good");
    portal_html_put(call->html,
                    check->n_failed > 0
                        ? admin_say(call,
                                    "%u of %u checks do not hold. Keep the store's folder and the "
                                    "witnesses' files as they are, and run vicu audit verify.",
                                    "%u/%u 项检查不成立。请保留存储目录和见证文件原样，并运行 vicu "
                                    "audit verify。")
                        : admin_say(call, "%u of %u checks failed.", "%u/%u 项检查失败。"),
                    check->n_failed, check->n_checked);
    portal_html_put(call->html, "</p>");
    admin_table(call, admin_say(call, "What was checked", "检查内容"), columns,
                G_N_ELEMENTS(columns));
    portal_html_add(call->html, check->lines);
    portal_html_put(
        call->html,
        "</tbody></table></div><p class=\"soft\">%s</p><p><a "
        "href=\"/admin/audit\">%s</a></p>",
        admin_say(call,
                  "Not checked here: every record. Export the audit and give it to the "
                  "verifier on a machine of somebody else: vicu audit verify.",
                  "此处未检查全部记录。请导出审计，在他人机器上用 vicu audit verify 验证。"),
        admin_say(call, "Back to the audit", "返回审计"));
    admin_end(call, SOUP_STATUS_OK);
}

static bool
is_under(const Check *check, const Vicu__LedgerProof *proof)
{
    VicuMerkle leaf, path[VICU_MERKLE_PROOF_MAX];
    VicuNoteHead head;
    size_t n = proof->path.len / VICU_MERKLE_LEN;

    if (n > VICU_MERKLE_PROOF_MAX || proof->path.len % VICU_MERKLE_LEN != 0
        || !vicu_note_parse(&head, proof->note) || proof->number == 0
        || !vicu_note_is_signed(proof->note, &check->key, NULL))
        return false;
    if (n > 0)
        memcpy(path, proof->path.data, proof->path.len);
    vicu_merkle_leaf(&leaf, proof->record.data, proof->record.len);
    return vicu_merkle_check_path(&leaf, proof->number - 1, head.size, path, n, &head.root);
}

static void ask_proof(AdminCall *call);

static void
on_proof(AdminCall *call, const Vicu__QueryRows *rows)
{
    Check *check = call->data;
    uint64_t number = check->numbers[check->at];
    unsigned before = check->n_checked;

    for (size_t i = 0; i < rows->n_ledger_proof; i++) {
        const Vicu__LedgerProof *proof = rows->ledger_proof[i];
        g_autofree char *about = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)number);
        say_check(call, proof->number == number && is_under(check, proof),
                  admin_say(call, "The record is under a signed head", "记录在签名头之下"), about);
    }
    if (!rows->last)
        return;
    if (check->n_checked == before)
        say_check(call, false, admin_say(call, "The store gives a proof", "存储给出证明"), "-");
    if (++check->at < check->n_numbers)
        ask_proof(call);
    else
        end_check(call);
}

static void
ask_proof(AdminCall *call)
{
    Check *check = call->data;
    Vicu__QueryLedgerProof proof = VICU__QUERY_LEDGER_PROOF__INIT;
    Vicu__Query query = VICU__QUERY__INIT;

    proof.number = check->numbers[check->at];
    query.what_case = VICU__QUERY__WHAT_LEDGER_PROOF;
    query.ledger_proof = &proof;
    admin_ask(call, &query, on_proof);
}

/* ---- head and growth ---- */

static void
check_growth(AdminCall *call, const Vicu__LedgerHead *row, const VicuNoteHead *head)
{
    Check *check = call->data;
    VicuMerkle proof[VICU_MERKLE_PROOF_MAX];
    size_t n = row->growth.len / VICU_MERKLE_LEN;
    bool ok = n <= VICU_MERKLE_PROOF_MAX && row->growth.len % VICU_MERKLE_LEN == 0;

    if (ok && n > 0)
        memcpy(proof, row->growth.data, row->growth.len);
    ok = ok
         && vicu_merkle_check_growth(check->old.size, &check->old.root, head->size, &head->root,
                                     proof, n);
    g_autofree char *about =
        g_strdup_printf("%" G_GUINT64_FORMAT " -> %" G_GUINT64_FORMAT " (%s)",
                        (guint64)check->old.size, (guint64)head->size, check->old_from);
    say_check(call, ok,
              admin_say(call,
                        "The audit grew out of an earlier head: nothing of it was changed or cut",
                        "审计由较早的签名头增长而来：没有更改或删减"),
              about);
}

static void
on_grown(AdminCall *call, const Vicu__QueryRows *rows)
{
    Check *check = call->data;
    int64_t number = 0;
    VicuNoteHead head;

    if (rows->n_ledger_head > 0) {
        const Vicu__LedgerHead *row = rows->ledger_head[0];
        bool ok = check->has_key && vicu_note_parse(&head, row->note)
                  && vicu_note_is_signed(row->note, &check->key, NULL);
        say_check(call, ok,
                  admin_say(call,
                            "The newest head is signed by the key in the installation's folder",
                            "最新签名头由安装目录中的密钥签名"),
                  check->has_key ? check->key_text : "-");
        if (ok && check->has_old)
            check_growth(call, row, &head);
        if (ok) {
            call->owner->seen = head;
            call->owner->has_seen = true;
            check->numbers[check->n_numbers++] = head.size;
            if (portal_form_number(call->form, "number", 1, (int64_t)head.size, &number))
                check->numbers[check->n_numbers++] = (uint64_t)number;
        }
    }
    if (!rows->last)
        return;
    if (check->n_numbers > 0)
        ask_proof(call);
    else
        end_check(call);
}

/* The head to grow out of: the newest that a witness signed, else what this portal saw last. */
static void
choose_old(AdminCall *call, const Vicu__LedgerHead *head)
{
    Check *check = call->data;

    for (size_t i = 0; i < head->n_cosigned; i++) {
        const Vicu__Cosigned *one = head->cosigned[i];
        VicuNoteHead old;
        VicuNoteKey key;
        if (!vicu_note_key_parse(&key, one->key) || !vicu_note_parse(&old, one->note)
            || !vicu_note_is_signed(one->note, &key, NULL)
            || (check->has_old && old.size <= check->old.size))
            continue;
        check->old = old;
        check->has_old = true;
        g_free(check->old_from);
        check->old_from = g_strdup(key.name);
    }
    if (!check->has_old && call->owner->has_seen) {
        check->old = call->owner->seen;
        check->has_old = true;
        check->old_from = g_strdup(admin_say(call, "seen by this portal", "本门户见过"));
    }
}

static void
ask_head(AdminCall *call, uint64_t old_size, AdminRowsFunc func)
{
    Vicu__QueryLedger ledger = VICU__QUERY_LEDGER__INIT;
    Vicu__Query query = VICU__QUERY__INIT;

    ledger.old_size = old_size;
    query.what_case = VICU__QUERY__WHAT_LEDGER;
    query.ledger = &ledger;
    admin_ask(call, &query, func);
}

static void
on_known(AdminCall *call, const Vicu__QueryRows *rows)
{
    Check *check = call->data;

    if (rows->n_ledger_head > 0)
        choose_old(call, rows->ledger_head[0]);
    if (rows->last)
        ask_head(call, check->has_old ? check->old.size : 0, on_grown);
}

static void
begin_check(AdminCall *call)
{
    Check *check = g_new0(Check, 1);

    check->lines = portal_html_new();
    call->data = check;
    call->data_free = check_free;
    read_key(call);
    ask_head(call, 0, on_known);
}

void
admin_audit_verify_post(AdminCall *call)
{
    admin_record(call, "audit-verify", "by the portal's page", begin_check);
}
