/** GENURLAUTH: URLs that others may redeem (RFC 4467 §7). */
import { BadUrl, mint } from '@lemonade/urlauth'
import { command } from '../../extension.ts'
import { Bad, No } from '../../problem.ts'
import { ok } from '../../response.ts'
import { applications, house } from './house.ts'
import { needMechanism } from './resetkey.ts'

/** genurlauth = "GENURLAUTH" 1*(SP url-rump SP mechanism) (RFC 4467 §9) */
export const genUrlAuth = command({
  states: ['authenticated', 'selected'],
  parse: (p, { limits }) => {
    const rumps: string[] = []
    do {
      if (rumps.length === limits.imapUrls) throw new No('Too many URLs', 'LIMIT')
      p.sp()
      rumps.push(p.astring())
      p.sp()
      needMechanism(p.word())
    } while (p.isNext(' '))
    return rumps
  },
  async *run(session, rumps) {
    const owner = await session.store.accounts.get(session.account)
    if (owner === null) throw new No('There is no such account', 'NONEXISTENT')
    const urls: string[] = []
    try {
      for (const rump of rumps) urls.push(await mint(house(session), owner, rump, applications(session)))
    } catch (error) {
      if (error instanceof BadUrl) throw new Bad(error.message)
      throw error
    }
    // genurlauth-data = "*" SP "GENURLAUTH" 1*(SP url-full)
    yield session.data(w => {
      w.ascii('GENURLAUTH')
      for (const url of urls) w.sp().string(url)
    })
    return ok('GENURLAUTH completed')
  },
})
