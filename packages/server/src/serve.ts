/** The life of the server: lock, store, certificate, roles, ready; then a signal, and all of it backwards. */
import { mkdirSync } from 'node:fs'
import { openAuth } from '@lemonade/auth'
import { openStore } from '@lemonade/store'
import { hasIpv6Loopback, usableAddresses } from './addresses.ts'
import { announcement } from './announcement.ts'
import { type Config, configError } from './config/config.ts'
import { offeredBy } from './config/offered.ts'
import { siteScriptProblems } from './config/sieve.ts'
import { makeOperator } from './first-run.ts'
import { groupLimits, limitGroups } from './limit-groups.ts'
import { unknownLimits } from './limits.ts'
import { openLog, type ServerLog } from './log.ts'
import { openMetrics } from './metrics.ts'
import { commitCounter, observeCertificate, observeConnections, observeStore } from './observation.ts'
import { removeEndpoints, writeEndpoints } from './run/endpoints.ts'
import { lockData } from './run/lock.ts'
import { type Reason, untilStopped } from './run/signals.ts'
import type { Io } from './terminal/io.ts'
import { Challenges } from './tls/acme/challenges.ts'
import { openCertificateKeeper, openTls } from './tls/open.ts'
import { version } from './version.ts'
import { startServices } from './wiring.ts'

/** What is granted beyond the configured grace before the rest is left to the operating system. */
const overtimeMilliseconds = 5_000

/** Serves until a signal; resolves with the exit code. Throws a sentence where it cannot start. */
export async function serve(config: Config, io: Io): Promise<number> {
  const unknown = unknownLimits(limitGroups, config.limits)
  if (unknown.length > 0) throw configError(config.file, unknown)
  const scripts = siteScriptProblems(config.sieve, offeredBy(config))
  if (scripts.length > 0) throw configError(config.file, scripts)
  const { stopSeconds } = groupLimits('server', config.limits)
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  const lock = lockData(config.data)
  const serverLog = openLog(config.log.level)
  try {
    removeEndpoints(config.data)
    return await withServices(config, io, serverLog, stopSeconds * 1000)
  } finally {
    removeEndpoints(config.data)
    lock.release()
    await serverLog.close()
  }
}

/** Everything between taking the lock and giving it back. */
async function withServices(config: Config, io: Io, { log }: ServerLog, graceMilliseconds: number): Promise<number> {
  const began = performance.now()
  const undo: (() => unknown)[] = []
  let reload = () => {}
  const stopped = untilStopped({ log, reload: () => reload() })
  try {
    const metrics = openMetrics()
    const store = await openStore(config.data, {
      limits: groupLimits('store', config.limits),
      onError: error => log.error({ error: error instanceof Error ? error.stack : String(error) }, 'store: background'),
      onCommit: commitCounter(metrics),
    })
    undo.push(() => store.close())
    const tls = await openTls(config, log)
    undo.push(() => tls.close())
    reload = () => tls.reload()
    const auth = openAuth({
      store,
      log,
      metrics: metrics.metrics,
      allowPlaintext: config.auth.allowPlaintext,
      limits: groupLimits('auth', config.limits),
    })
    const operator = await makeOperator(store, auth, config.hostname)
    const ipv6 = await hasIpv6Loopback()
    const addresses = usableAddresses(config, ipv6)
    observeStore(metrics, store)
    observeCertificate(metrics, tls)
    const challenges = new Challenges()
    const certificates = openCertificateKeeper(config, { store, tls, challenges, log, metrics })
    const services = await startServices({ config, addresses, store, auth, tls, challenges, log, metrics })
    undo.push(() => services.stop(graceMilliseconds))
    undo.push(observeConnections(metrics, services.endpoints))
    certificates?.start()
    undo.push(() => certificates?.stop())
    writeEndpoints(config.data, { ...services.endpoints, pid: process.pid })
    io.out(announcement({ config, endpoints: services.endpoints, operator, ipv6 }))
    const milliseconds = Math.round(performance.now() - began)
    log.info({ version, pid: process.pid, hostname: config.hostname, milliseconds, ...services.endpoints }, 'ready')
    const reason = await stopped
    log.info({ reason }, 'stopping')
    removeEndpoints(config.data)
    return exitCodeOf(reason)
  } finally {
    const late = setTimeout(() => {
      log.error({ graceMilliseconds }, 'stopping took too long, the rest is cut')
      process.exit(1)
    }, graceMilliseconds + overtimeMilliseconds)
    for (const step of undo.reverse()) {
      try {
        await step()
      } catch (error) {
        // The others still get their turn, the store above all.
        log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a part did not stop in order')
      }
    }
    clearTimeout(late)
    log.info({}, 'stopped')
  }
}

const exitCodeOf = (reason: Reason) => (reason === 'bug' ? 1 : 0)
