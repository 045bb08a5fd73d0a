/** Domains that are ours, and aliases in them. */

import { addressText, foldDomain, parseAddress } from './addresses.ts'
import type { Aliases, Domains } from './api.ts'
import type { Engine } from './engine.ts'
import { targetsOf } from './forwards.ts'
import { addLeading } from './groups.ts'
import type { Alias, Domain } from './model.ts'
import { StoreError } from './problem.ts'
import { isLocalDomain } from './routing.ts'
import { job } from './writer/job.ts'

function domainName(domain: string): string {
  const name = foldDomain(domain)
  if (name === null) throw new StoreError('bad-address', domain)
  return name
}

export const addDomain = job('domains.add', (tx, domain: string): Domain => {
  const name = domainName(domain)
  if (isLocalDomain(tx, name)) throw new StoreError('domain-exists', name)
  tx.sql('INSERT INTO domains (name, created_at) VALUES (?, ?)').run(name, tx.now)
  return { name, createdAt: tx.now }
})

export const removeDomain = job('domains.remove', (tx, domain: string) => {
  const name = domainName(domain)
  const used = tx.number(
    `WITH wanted (ending) AS (VALUES (?))
     SELECT EXISTS (SELECT 1 FROM accounts, wanted WHERE substr(name, -length(ending)) = ending)
         OR EXISTS (SELECT 1 FROM aliases, wanted WHERE substr(address, -length(ending)) = ending)`,
    `@${name}`,
  )
  if (used === 1) throw new StoreError('domain-in-use', name)
  if (tx.sql('DELETE FROM domains WHERE name = ?').run(name).changes === 0) throw new StoreError('no-such-domain', name)
})

export function domainsOf({ reader, writer }: Engine): Domains {
  return {
    add: name => writer.run(addDomain, name),
    remove: name => writer.run(removeDomain, name),
    list: async () => reader.sql<Domain>('SELECT name, created_at AS createdAt FROM domains ORDER BY name').all(),
    async has(name) {
      const folded = foldDomain(name)
      return folded !== null && isLocalDomain(reader, folded)
    },
  }
}

/** '@domain' or an address. Throws bad-address. */
function aliasAddress(address: string): string {
  const parsed = parseAddress(address)
  if (parsed === null) throw new StoreError('bad-address', address)
  return addressText(parsed)
}

export const addAlias = job('aliases.add', (tx, args: { address: string; targets: readonly string[] }): Alias => {
  const alias = { address: aliasAddress(args.address), targets: targetsOf(tx, args.targets) }
  addLeading(tx, alias.address, alias.targets, null)
  return alias
})

export const removeAlias = job('aliases.remove', (tx, address: string) => {
  const remove = tx.sql('DELETE FROM aliases WHERE address = ? AND senders IS NULL')
  if (remove.run(aliasAddress(address)).changes === 0) throw new StoreError('no-such-alias', address)
})

export function aliasesOf({ reader, writer }: Engine): Aliases {
  return {
    add: (address, targets) => writer.run(addAlias, { address, targets }),
    remove: address => writer.run(removeAlias, address),
    list: async () =>
      reader
        .raw<[string, string]>('SELECT address, targets FROM aliases WHERE senders IS NULL ORDER BY address')
        .all()
        .map(([address, targets]) => ({ address, targets: JSON.parse(targets) as string[] })),
  }
}
