/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept about a person in tables of several aggregates: listed for who asks what is known of them, and erased. Rows stay, for
 * the books and for what hangs on them; the values go. The audit is audit_seals.h's, the archive archive.h's.
 */
#ifndef STORE_PERSONAL_H
#define STORE_PERSONAL_H

#include "store/mails.h"

enum { PERSONAL_PAGE_MAX = 1000 };

typedef struct {
    int64_t number; /* by which another system knew the customer; 0: none */
    const char *phone;
    const char *language;
    int64_t erased_at_ms; /* 0: not */
} person_t;

typedef struct {
    const char *provider;
    const char *invoice;
    const char *charge; /* NULL: none */
    pl_uuid license_id; /* nil: none */
    int64_t state;      /* store/payments.h */
    int64_t amount;
    int64_t refunded;
    const char *currency;
    int64_t paid_at_ms; /* 0: not */
    int64_t told_at_ms;
} paid_t;

/* Beside what customer_t says. PL_ERR_NOT_FOUND. */
pl_err personal_find(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, person_t *person);
/* The customer of a number; PL_ERR_NOT_FOUND. */
pl_err personal_find_number(tx_t *tx, pl_uuid brand_id, int64_t number, pl_uuid *customer_id);
/* Mail to a customer, the newest first, at most PERSONAL_PAGE_MAX. */
pl_err personal_list_mails(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, mail_t **mails, size_t *count);
/* The same by address (customers_fold_email), of those that name no customer: codes for who was none yet. */
pl_err personal_list_mails_to(tx_t *tx, pl_uuid brand_id, const char *recipient, mail_t **mails, size_t *count);
pl_err personal_list_payments(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, paid_t **payments, size_t *count);

/* Name, address, phone, language and metadata; address_after takes the address's place, which must be one of its own. PL_ERR_NOT_FOUND. */
pl_err personal_erase_customer(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, const char *address_after);
/* Recipient, content and what servers said; one that waits is not sent any more. purpose_after as above. */
pl_err personal_erase_mail(tx_t *tx, const mail_t *mail, const char *purpose_after);
/* What stood in mail to somebody else about a customer. No error where there is none of that purpose. */
pl_err personal_empty_mail(tx_t *tx, pl_uuid brand_id, const char *purpose);
/* Names of devices, addresses of sites and what products told, of all seats of a license that were given back, and of its sessions. */
pl_err personal_erase_seats(tx_t *tx, pl_uuid brand_id, pl_uuid license_id);
/* What the provider told about a customer, where it is dealt with. */
pl_err personal_erase_events(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id);
/* Proofs that an address is somebody's, and that mail was asked for to it. email_folded: customers_fold_email. */
pl_err personal_erase_verifications(tx_t *tx, pl_uuid brand_id, const char *email_folded);

#endif
