/* libarchive, ISA-L and zstd that fail. */
#include <archive.h>
#include <isa-l.h>
#include <zstd.h>
#include "fault.h"

FAULT_WRAP(FAULT_LIBRARY, struct archive *, archive_read_new, (void), (), NULL)
FAULT_WRAP(FAULT_LIBRARY, struct archive *, archive_write_new, (void), (), NULL)
FAULT_WRAP(FAULT_LIBRARY, int, archive_write_open,
           (struct archive * a, void *user, archive_open_callback *o, archive_write_callback *w,
            archive_close_callback *c),
           (a, user, o, w, c), ARCHIVE_FATAL)
FAULT_WRAP(FAULT_LIBRARY, int, archive_write_header,
           (struct archive * a, struct archive_entry *entry), (a, entry), ARCHIVE_FATAL)
FAULT_WRAP(FAULT_LIBRARY, la_ssize_t, archive_write_data,
           (struct archive * a, const void *data, size_t n), (a, data, n), 0)
FAULT_WRAP(FAULT_LIBRARY, int, archive_read_next_header,
           (struct archive * a, struct archive_entry **entry), (a, entry), ARCHIVE_FATAL)
FAULT_WRAP(FAULT_LIBRARY, int, isal_deflate, (struct isal_zstream * z), (z), INVALID_FLUSH)
FAULT_WRAP(FAULT_LIBRARY, size_t, ZSTD_compressStream2,
           (ZSTD_CCtx * c, ZSTD_outBuffer *out, ZSTD_inBuffer *in, ZSTD_EndDirective end),
           (c, out, in, end), (size_t)-1)
FAULT_WRAP(FAULT_LIBRARY, size_t, ZSTD_decompressStream,
           (ZSTD_DCtx * d, ZSTD_outBuffer *out, ZSTD_inBuffer *in), (d, out, in), (size_t)-1)
