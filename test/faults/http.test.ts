// Every fault of the HTTP side, read alone.

import { HTTP_CELLS } from './cells.ts';
import { describeMatrix } from './matrix.ts';

describeMatrix('a printer over HTTP', HTTP_CELLS);
