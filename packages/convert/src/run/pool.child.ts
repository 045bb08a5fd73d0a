/** A server that has a worker at work, for the test that kills it. */
import { tmpdir } from 'node:os'
import { silentLog } from '@lemonade/net'
import { png } from '../hostile.testing.ts'
import { defaultConvertLimits } from '../limits.ts'
import { Confiner } from './confinement.ts'
import { Pool } from './pool.ts'

const pool = new Pool(new Confiner([]), defaultConvertLimits, tmpdir(), silentLog)
await pool.with('a', async worker => {
  const work = worker.run('image', { from: 'image/png', to: 'avif' }, png(9_000, 9_000, 9_001 * 9_000))
  console.log(worker.pid)
  await work
})
