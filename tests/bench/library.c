/* SPDX-License-Identifier: Apache-2.0
 *
 * library_text_kb: the text of the shared library, which stripping leaves as it is, as size(1) counts it: all that is mapped read-only,
 * constants and unwind tables included. Also that neither library has a global symbol but pospal_*.
 */
#include <ar.h>
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "base/mem.h"
#include "platform/file.h"

enum { LIBRARY_MAX = 64 * 1024 * 1024, BYTES_PER_KB = 1000 };

static const char prefix[] = "pospal_";

typedef struct {
    const char *path;
    pl_span bytes;
    const ElfW(Ehdr) * header;
    const ElfW(Shdr) * sections;
} object_t;

static pl_err object_open(const char *path, pl_span bytes, object_t *object)
{
    const ElfW(Ehdr) *header = (const void *)bytes.data;

    if (bytes.size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_shoff + (size_t)header->e_shnum * sizeof(ElfW(Shdr)) > bytes.size)
        return pl_fail(PL_ERR_MALFORMED, "%s is no object file of this machine", path);
    *object = (object_t){path, bytes, header, (const void *)(bytes.data + header->e_shoff)};
    return PL_OK;
}

static size_t text_size(const object_t *object)
{
    size_t size = 0;

    for (size_t i = 0; i < object->header->e_shnum; i++) {
        const ElfW(Shdr) *section = &object->sections[i];

        if ((section->sh_flags & SHF_ALLOC) && !(section->sh_flags & SHF_WRITE) && section->sh_type != SHT_NOBITS)
            size += section->sh_size;
    }
    return size;
}

static bool is_exported(const ElfW(Sym) * symbol)
{
    unsigned char bind = symbol->st_info >> 4; /* the same in both classes */

    return symbol->st_shndx != SHN_UNDEF && (bind == STB_GLOBAL || bind == STB_WEAK);
}

/* Of the table of that type: SHT_DYNSYM in a shared library, SHT_SYMTAB in an object. */
static pl_err check_symbols(const object_t *object, unsigned type, size_t *count)
{
    for (size_t i = 0; i < object->header->e_shnum; i++) {
        const ElfW(Shdr) *table = &object->sections[i];
        const ElfW(Sym) *symbols = (const void *)(object->bytes.data + table->sh_offset);
        const char *names;

        if (table->sh_type != type)
            continue;
        names = object->bytes.data + object->sections[table->sh_link].sh_offset;
        for (size_t s = 0; s < table->sh_size / sizeof *symbols; s++) {
            const char *name = names + symbols[s].st_name;

            if (is_exported(&symbols[s]) && strncmp(name, prefix, sizeof prefix - 1) != 0)
                return pl_fail(PL_ERR_STATE, "%s exports %s", object->path, name);
            *count += is_exported(&symbols[s]);
        }
    }
    return PL_OK;
}

static pl_err check_shared(const char *path, pl_span bytes, size_t *text, size_t *count)
{
    object_t object;
    pl_err err = object_open(path, bytes, &object);

    if (err)
        return err;
    *text = text_size(&object);
    return check_symbols(&object, SHT_DYNSYM, count);
}

/* Looked at in a copy: an archive aligns its members to two bytes, and an object's structures want eight. */
static pl_err check_member(const char *path, pl_span bytes, size_t *count)
{
    object_t object;
    pl_buf copy;
    pl_err err;

    /* the archive's index and its table of long names are no objects */
    if (bytes.size < SELFMAG || memcmp(bytes.data, ELFMAG, SELFMAG) != 0)
        return PL_OK;
    pl_buf_init(&copy);
    pl_buf_add(&copy, bytes.data, bytes.size);
    if (!(err = copy.err) && !(err = object_open(path, pl_buf_span(&copy), &object)))
        err = check_symbols(&object, SHT_SYMTAB, count);
    pl_buf_reset(&copy);
    return err;
}

static pl_err check_archive(const char *path, pl_span bytes, size_t *count)
{
    size_t at = SARMAG;
    pl_err err = PL_OK;

    if (bytes.size < SARMAG || memcmp(bytes.data, ARMAG, SARMAG) != 0)
        return pl_fail(PL_ERR_MALFORMED, "%s is no archive", path);
    while (!err && at + sizeof(struct ar_hdr) <= bytes.size) {
        const struct ar_hdr *member = (const void *)(bytes.data + at);
        size_t size = strtoul(member->ar_size, NULL, 10);

        at += sizeof *member;
        if (size > bytes.size - at)
            return pl_fail(PL_ERR_MALFORMED, "%s is cut off", path);
        err = check_member(path, pl_span_of(bytes.data + at, size), count);
        at += size + size % 2;
    }
    return err;
}

pl_err bench_library(bench_t *bench)
{
    const pl_fs *fs = pl_fs_system();
    size_t text = 0, shared_count = 0, static_count = 0;
    pl_buf shared_bytes, static_bytes;
    pl_err err;

    pl_buf_init(&shared_bytes);
    pl_buf_init(&static_bytes);
    if (!(err = fs->read(fs->context, BENCH_SHARED_LIBRARY, LIBRARY_MAX, &shared_bytes)) &&
        !(err = fs->read(fs->context, BENCH_STATIC_LIBRARY, LIBRARY_MAX, &static_bytes)) &&
        !(err = check_shared(BENCH_SHARED_LIBRARY, pl_buf_span(&shared_bytes), &text, &shared_count)))
        err = check_archive(BENCH_STATIC_LIBRARY, pl_buf_span(&static_bytes), &static_count);
    if (!err)
        figure_set(bench, LIBRARY_TEXT_KB, (double)text / BYTES_PER_KB,
                   "as size(1); global symbols, all pospal_*: shared %zu, static %zu", shared_count, static_count);
    pl_buf_reset(&static_bytes);
    pl_buf_reset(&shared_bytes);
    return err;
}
