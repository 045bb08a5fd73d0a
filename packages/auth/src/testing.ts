/** For tests of whatever needs accounts and no store: the Accounts interface in memory. Not part of the server. */
import type { Account, AccountId, Accounts, Credential, ModSeq } from '@lemonade/store'

/** `route` knows no aliases and no subaddresses: an address is its account. */
export function memoryAccounts(clock: () => number = Date.now): Accounts {
  const accounts = new Map<AccountId, Account>()
  const credentials = new Map<AccountId, Map<string, Credential>>()
  let last = 0
  const of = (account: AccountId) => {
    const own = credentials.get(account)
    if (own === undefined) throw new Error('no-such-account')
    return own
  }
  const find = async (name: string) => [...accounts.values()].find(account => account.name === name) ?? null
  return {
    async add({ name, displayName = '' }) {
      if ((await find(name)) !== null) throw new Error('account-exists')
      const id = ++last as AccountId
      const account = {
        id,
        name,
        displayName,
        createdAt: clock(),
        disabled: false,
        administrator: false,
        modSeq: 1 as ModSeq,
      }
      accounts.set(id, account)
      credentials.set(id, new Map())
      return account
    },
    async remove(account) {
      of(account)
      accounts.delete(account)
      credentials.delete(account)
    },
    find,
    get: async account => accounts.get(account) ?? null,
    list: async () => [...accounts.values()],
    async setAdministrator(account, administrator) {
      of(account)
      accounts.set(account, { ...(accounts.get(account) as Account), administrator })
    },
    async setCredential(account, label, verifier) {
      of(account).set(label, { label, createdAt: clock(), lastUsedAt: null, verifier })
    },
    removeCredential: async (account, label) => of(account).delete(label),
    credentials: async account => [...(credentials.get(account)?.values() ?? [])],
    async noteCredentialUse(account, label) {
      const credential = of(account).get(label)
      if (credential !== undefined) of(account).set(label, { ...credential, lastUsedAt: clock() })
    },
    async route(address) {
      const account = await find(address)
      return account === null ? null : { accounts: [account], foreign: [], closed: [], detail: null }
    },
    owns: async (account, address) => accounts.get(account)?.name === address,
  }
}

export { type ScramClient, type ScramClientOptions, scramClient } from './sasl/scram-client.testing.ts'
