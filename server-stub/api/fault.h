/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with one member of a request; a problem document lists them all.
 */
#ifndef POSPAL_API_FAULT_H
#define POSPAL_API_FAULT_H

typedef struct fault fault_t;
struct fault {
    fault_t *next;
    const char *member; /* "products/2"; of the query: its name */
    const char *detail; /* a sentence */
};

typedef struct {
    fault_t *first;
    fault_t *last;
} faults_t;

#endif
