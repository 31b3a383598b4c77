// The errors of the HTTP client, as failures of the printer.

import { errnoOf } from '../common/errno.ts';
import { fromSocketError, PrinterError } from '../printer/errors.ts';

/**
 * What an error of undici or of its socket means.
 * @param doing begins the message
 * @param bodyBytes the largest body that is taken
 */
export function toPrinterError(error: unknown, doing: string, bodyBytes: number): PrinterError {
  const errno = errnoOf(error) ?? '';
  // Without a cause: the parser's errors carry the received bytes, which may contain register codes.
  if (errno.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) {
    return new PrinterError('protocol', `${doing}: the response is not HTTP${errno && ` (${errno})`}`);
  }
  switch (errno) {
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return new PrinterError('protocol', `${doing}: the response is larger than ${bodyBytes} bytes`);
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new PrinterError('protocol', `${doing}: the response headers are too large`);
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return new PrinterError('closed', `${doing}: the printer closed the connection`, { cause: error });
    default:
      return fromSocketError(error, doing);
  }
}
