/* libcrypto that fails. */
#include <openssl/evp.h>
#include "fault.h"

FAULT_WRAP(FAULT_LIBRARY, EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
FAULT_WRAP(FAULT_LIBRARY, int, EVP_DigestInit_ex2,
           (EVP_MD_CTX * c, const EVP_MD *type, const OSSL_PARAM params[]), (c, type, params), 0)
FAULT_WRAP(FAULT_LIBRARY, int, EVP_DigestUpdate, (EVP_MD_CTX * c, const void *data, size_t n),
           (c, data, n), 0)
FAULT_WRAP(FAULT_LIBRARY, int, EVP_DigestFinal_ex,
           (EVP_MD_CTX * c, unsigned char *sum, unsigned *size), (c, sum, size), 0)
