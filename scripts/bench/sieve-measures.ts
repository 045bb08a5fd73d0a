/** What a filter script costs: delivery with the active script of an account against delivery without one. */
import { openStore } from '../../packages/store/src/index.ts'
import { realMessages, varied } from './corpus.ts'
import { deliver } from './lmtp-client.ts'
import type { Measure } from './measuring.ts'
import type { Peer } from './peers/peer.ts'

/** Thirty rules of which none matches, so that all of them are tried. */
const rules = Array.from({ length: 30 }, (_, i) => {
  const tests = [
    `header :contains ["Subject", "List-Id"] ["no such topic ${i}", "no such list ${i}"]`,
    `address :is :domain ["From", "Sender"] "host${i}.invalid"`,
    `header :matches "X-Mailer" "*no such mailer ${i}*"`,
  ]
  return `${i === 0 ? 'if' : 'elsif'} anyof (${tests.join(', ')}) { fileinto "Folder ${i}"; }`
})
const script = `require "fileinto";\n${rules.join('\n')}\n`

/** In percent of the throughput without a script. */
export const scriptCost: Measure = {
  name: 'LMTP delivery: cost of a script of 30 rules',
  unit: '%',
  better: 'less',
  rounds: 3,
  alone: true,
  async run(peer, sizes, round) {
    const real = realMessages()
    const speed = (serial: number) =>
      deliver(peer.lmtp, peer.user, 10, sizes.delivered, each => varied(real, each + serial + round * 1_000_000))
    await activate(peer, '')
    const without = await speed(200_000_000)
    await activate(peer, script)
    const having = await speed(300_000_000)
    await activate(peer, '')
    return (1 - having / without) * 100
  },
}

async function activate(peer: Peer, source: string): Promise<void> {
  if (peer.data === undefined) throw new Error(`${peer.name} does not say where its data are`)
  const store = await openStore(peer.data, { background: false })
  try {
    const account = await store.accounts.find(peer.user)
    if (account === null) throw new Error(`there is no account ${peer.user}`)
    if (source !== '') await store.scripts.put(account.id, 'bench', source, { scripts: 10, octets: 1_000_000 })
    await store.scripts.setActive(account.id, source === '' ? '' : 'bench')
  } finally {
    await store.close()
  }
}
