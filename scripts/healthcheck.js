// HEALTHCHECK of the image, by Node.js itself: there is no curl in there. Exits 0 when the exporter answers, 401 included.
// Usage: healthcheck.js HOST:PORT/PATH. Docker ends it when it takes too long.
import http from 'node:http';
import https from 'node:https';

const [where = ''] = process.argv.slice(2);

/** The status of the answer. */
function ask({ get }, scheme) {
  return new Promise((resolve, reject) => {
    // Whose certificate it is does not matter: nothing secret is sent, and no answer is believed.
    get(`${scheme}://${where}`, { rejectUnauthorized: false }, ({ statusCode }) => resolve(statusCode)).on(
      'error',
      reject,
    );
  });
}

try {
  // With --web.config.file it may speak TLS.
  const status = await ask(http, 'http').catch(() => ask(https, 'https'));
  console.log(`status ${status}`);
  process.exit(status < 500 ? 0 : 1);
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
