/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for libFuzzer where there is none: gives a fuzz target each file of its corpus once, so that an ordinary test run
 * guards what fuzzing has found. A corpus that is missing or empty is an error: a target that was fed nothing proves nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX = 1 << 20, PATH_SIZE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input in memory of just its size, so that the sanitizer sees one byte too far. */
static int replay(const char *path)
{
    static uint8_t input[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    uint8_t *exact;
    size_t size;

    if (!file)
        return -1;
    size = fread(input, 1, sizeof input, file);
    fclose(file);
    exact = malloc(size ? size : 1);
    if (!exact)
        return -1;
    for (size_t i = 0; i < size; i++)
        exact[i] = input[i];
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int replay_folder(const char *folder, DIR *entries)
{
    const struct dirent *entry;
    char path[PATH_SIZE];
    int count = 0;

    while ((entry = readdir(entries))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (replay(path)) {
            fprintf(stderr, "%s: cannot be read\n", path);
            return -1;
        }
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    DIR *entries = argc == 2 ? opendir(argv[1]) : NULL;
    int count;

    if (!entries) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    count = replay_folder(argv[1], entries);
    closedir(entries);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
