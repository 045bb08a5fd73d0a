#!/usr/bin/env node
// @ts-check
/** `lemonade`, on any Node.js from 18: finds the runtime that runs the TypeScript, then is the command line. */
import module from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ensureDependencies, ensureRuntime, fail, isNewEnough, root, runOn, whenNpmEnds } from './runtime.js'

try {
  ensureDependencies()
  if (isNewEnough()) {
    // A launcher that was killed outright cannot hand its signal down: end as it did, which the store survives.
    if (process.connected) {
      process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
      process.channel?.unref()
    }
    whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'))
    module.enableCompileCache(join(root, '.runtime', 'cache'))
    const { main } = await import('../src/cli.ts')
    process.exitCode = await main(process.argv.slice(2))
  } else {
    process.exitCode = await runOn(ensureRuntime(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
  }
} catch (error) {
  fail(error)
}
