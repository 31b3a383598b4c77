// Every fault of the HTTP endpoint, on printers read only over HTTP.

import { HTTP_CELLS } from './cells.ts';
import { describeMatrix } from './matrix.ts';

describeMatrix('a printer over HTTP', HTTP_CELLS);
