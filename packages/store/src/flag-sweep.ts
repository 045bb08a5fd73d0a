/**
 * Takes away combinations of flags and keywords that no message has any more.
 *
 * Their numbers are remembered wherever a mailbox is in memory, so it is done when a store is opened to be served, and
 * nowhere else; and only in accounts that have collected many, which nearly none ever does.
 */
import { splitKeywords } from './flag-sets.ts'
import type { AccountId } from './model.ts'
import { job, type Tx } from './writer/job.ts'

export const sweepFlags = job('flags.sweep', tx => {
  for (const account of crowded(tx, 'flag_sets')) {
    tx.sql(
      `DELETE FROM flag_sets WHERE account_id = ? AND id NOT IN (SELECT flag_set FROM mailbox_flag_sets
         WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE account_id = ?))`,
    ).run(account, account)
  }
  for (const account of crowded(tx, 'keywords')) {
    const texts = tx.raw<[string]>('SELECT keywords FROM flag_sets WHERE account_id = ?').all(account).flat()
    const used = new Set(texts.flatMap(splitKeywords).map(keyword => keyword.toLowerCase()))
    const remove = tx.sql('DELETE FROM keywords WHERE account_id = ? AND folded = ?')
    const known = tx.raw<[string]>('SELECT folded FROM keywords WHERE account_id = ?').all(account).flat()
    for (const folded of known) if (!used.has(folded)) remove.run(account, folded)
  }
})

function crowded(tx: Tx, table: 'flag_sets' | 'keywords'): AccountId[] {
  return tx
    .raw<[AccountId]>(`SELECT account_id FROM ${table} GROUP BY account_id HAVING count(*) > ?`)
    .all(tx.limits.flagSetsUnswept)
    .flat()
}
