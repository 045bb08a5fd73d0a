/** Threads of the store. */
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * Starts a thread that uses the process's compile cache, where it has one: a thread does not inherit that, and without
 * it would strip the types of every module anew, which is most of the time that it takes to start.
 */
export function startWorker(url: URL, workerData: unknown): Worker {
  const cache = getCompileCacheDir()
  // The process's cache is a folder for this version of Node.js in the folder that the setting names.
  const env = cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) }
  return new Worker(url, { workerData, env })
}
