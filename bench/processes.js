// Starts child processes and reads their CPU time and memory from /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const children = new Set();

/** Starts a Node.js script with this input on stdin. Resolves with its first line of output. */
export async function startScript(script, args, input, nodeFlags = []) {
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    errors = (errors + chunk).slice(-2000);
  });
  if (input !== undefined) child.stdin.end(input);
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => line),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} exited: ${errors}`))),
  ]);
  return { child, pid: child.pid, first };
}

/** Starts a server. Resolves with the first group of the pattern, once a line of its log matches. */
export async function startLogging(command, args, pattern) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  let last = '';
  const found = new Promise((resolve) => {
    // Keep reading after the match, since a full pipe would block the program.
    createInterface({ input: child.stderr }).on('line', (line) => {
      last = line;
      const match = pattern.exec(line);
      if (match) resolve(match[1]);
    });
  });
  const first = await Promise.race([
    found,
    once(child, 'exit').then(() => Promise.reject(new Error(`${command} exited: ${last}`))),
  ]);
  return { child, pid: child.pid, first };
}

/** Starts the exporter as users do. Resolves with its URL. */
export function startServe(args) {
  const command = ['dist/main.js', ...args, '--web.listen-address', '127.0.0.1:0'];
  return startLogging(process.execPath, command, /msg=listening .*url="?([^" ]+)/);
}

export async function stop({ child }) {
  children.delete(child);
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

export function stopAll() {
  for (const child of children) child.kill('SIGKILL');
}

/** The CPU time of all threads so far, in milliseconds; more precise than the ticks in /proc/PID/stat. */
export function cpuMs(pid) {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1e6;
}

/** The peak resident memory so far, in MiB. */
export function peakMiB(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
