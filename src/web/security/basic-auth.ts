// Basic authentication, with the behaviour of Prometheus's exporter-toolkit.

import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../../common/secret.ts';
import { costOf } from './web-config-schema.ts';

export type Verdict = 'admitted' | 'denied' | 'busy';

/** bcrypt hashes by user. */
export type Users = ReadonlyMap<string, Secret>;

export interface Authenticator {
  /**
   * @param authorization the value of the header
   * @returns busy when too many passwords are already waiting to be compared
   */
  readonly check: (authorization: string | undefined, users: Users) => Promise<Verdict>;
}

// Besides the one in progress. At 70 ms each the last one waits for less than a second.
const MAX_WAITING = 10;
const MAX_RESULTS = 100;

// Salt and hash of the toolkit's decoy. No password matches it.
const DECOY = 'QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

/** A hash that takes as long to compare as the users' own, so that timing does not reveal which users exist. */
function decoyFor(users: Users): string {
  const cost = Math.max(4, ...[...users.values()].map((hash) => costOf(hash.reveal())));
  return `$2y$${String(cost).padStart(2, '0')}$${DECOY}`;
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

function parseBasic(authorization: string | undefined): Credentials | undefined {
  const [, base64] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '') ?? [];
  const text = Buffer.from(base64 ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Cached results; a flood of wrong passwords does not evict the right ones. */
class Results {
  readonly #results = new Map<string, boolean>();

  get(id: string): boolean | undefined {
    return this.#results.get(id);
  }

  set(id: string, isSame: boolean): void {
    if (this.#results.size >= MAX_RESULTS) {
      const [oldest] = this.#results.keys();
      const [oldestWrong = oldest] = [...this.#results].filter(([, same]) => !same).map(([key]) => key);
      if (oldestWrong !== undefined) this.#results.delete(oldestWrong);
    }
    this.#results.set(id, isSame);
  }

  clear(): void {
    this.#results.clear();
  }
}

/** @param compare compares a password with a bcrypt hash */
export function createAuthenticator(compare: (password: string, hash: string) => Promise<boolean>): Authenticator {
  // Results are cached under a keyed digest that is useless outside this process: no password stays in memory.
  const secret = randomBytes(32);
  const idOf = (parts: readonly string[]): string =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64');
  const results = new Results();
  const underWay = new Map<string, Promise<boolean>>();
  let known: { readonly users: Users; readonly decoy: string } | undefined;

  const compareOnce = async (id: string, password: string, hash: string): Promise<boolean> => {
    try {
      const isSame = await compare(password, hash);
      results.set(id, isSame);
      return isSame;
    } finally {
      underWay.delete(id);
    }
  };

  return {
    check: async (authorization, users) => {
      const given = parseBasic(authorization);
      if (!given) return 'denied';
      if (known?.users !== users) {
        known = { users, decoy: decoyFor(users) };
        results.clear();
      }
      const own = users.get(given.user)?.reveal();
      const hash = own ?? known.decoy;
      const id = idOf([given.user, hash, given.password]);
      let result = results.get(id) ?? underWay.get(id);
      if (result === undefined) {
        if (underWay.size > MAX_WAITING) return 'busy';
        // Shared, because a Prometheus with forty targets here sends the same password forty times at once.
        result = compareOnce(id, given.password, hash);
        underWay.set(id, result);
      }
      const isSame = await result;
      return isSame && own !== undefined ? 'admitted' : 'denied';
    },
  };
}
