/** The worker process: takes a task from its standard input, gives the answer on its standard output, one at a time. */

import type { ConvertLimits } from '../limits.ts'
import { readFrames, writeFrame } from '../run/frames.ts'
import { Refusal } from '../run/tools.ts'
import type { TaskName, TaskSettings } from './task.ts'
import { tasks, warmUp } from './tasks.ts'

/** Between two looks at its own memory, where no one outside can look. */
const lookMilliseconds = 100

const limits = JSON.parse(process.argv[2] ?? '') as ConvertLimits
const { stdin, stdout } = process
const nothing = new Uint8Array(0)

// Where the system is asked to end it with the server, and shows its memory, the server itself sees to both.
if (process.platform !== 'linux') {
  const server = process.ppid
  setInterval(() => {
    if (process.ppid !== server || process.memoryUsage.rss() > limits.workerMemoryOctets) process.exit(1)
  }, lookMilliseconds).unref()
}
stdout.once('error', () => process.exit(0))

await warmUp(limits)
await writeFrame(stdout, { ready: true }, nothing)
for await (const { head, octets } of readFrames(stdin, limits.inputOctets)) {
  try {
    const result = await tasks[head['name'] as TaskName](octets, head['settings'] as TaskSettings, limits)
    await writeFrame(stdout, { facts: result.facts }, result.octets)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await writeFrame(stdout, { refusal: error.message, parameters: error.parameters }, nothing)
  }
}

process.exit(0)
