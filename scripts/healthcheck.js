// HEALTHCHECK of the image, which has no curl. Exits with 0 on any response below 500, including 401.
// Usage: healthcheck.js HOST:PORT/PATH. Docker kills it if it takes too long.
import http from 'node:http';
import https from 'node:https';

const [target = ''] = process.argv.slice(2);

/** Resolves with the status of the response. */
function request({ get }, scheme) {
  return new Promise((resolve, reject) => {
    // The certificate is not verified: the request has no secret, and only the status of the response matters.
    get(`${scheme}://${target}`, { rejectUnauthorized: false }, ({ statusCode }) => resolve(statusCode)).on(
      'error',
      reject,
    );
  });
}

try {
  // With --web.config.file the port may use TLS.
  const status = await request(http, 'http').catch(() => request(https, 'https'));
  console.log(`status ${status}`);
  process.exit(status < 500 ? 0 : 1);
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
