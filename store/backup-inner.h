/* What the files of the backup share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/backup.h"

#define STORE_BACKUP_MARK      "vicu-backup"
#define STORE_BACKUP_FILES     "files"
#define STORE_BACKUP_SETS      "sets"
#define STORE_BACKUP_SET_MAX   (64u << 20) /* bytes of a set's text */
#define STORE_BACKUP_FILES_MAX 1000000u

typedef struct {
    StoreBackupTell tell;
    uint64_t done, total, told;
} StoreBackupWork;

/* Bytes went by. False and an error: the caller was told to stop. */
bool store_backup_went(StoreBackupWork *work, uint64_t bytes, GError **error);

bool store_backup_fail(GError **error, const char *path, const char *what);
char *store_backup_file_path(const char *dir, const char *hash);
char *store_backup_set_path(const char *dir, unsigned number);

StoreBackupFile *store_backup_file_new(void);
void store_backup_file_free(gpointer file);

/* Hash of the file at @path, which has to hold @size bytes; NULL and @error. Caller frees. */
char *store_backup_hash(const char *path, uint64_t size, StoreBackupWork *work, GError **error);
/* Copies @from to @to, which must not exist, synced. The hash of what was read. */
char *store_backup_copy(
    const char *from, const char *to, uint64_t size, StoreBackupWork *work, GError **error);

/* Writes @set as text, atomically and synced. */
bool store_backup_save(const char *dir, const StoreBackupSet *set, GError **error);
