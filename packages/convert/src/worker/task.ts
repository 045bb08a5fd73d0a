/** The contract of a task: what a worker process does with octets, as plain data on both sides of the pipe. */
import type { ConvertLimits } from '../limits.ts'

export const taskNames = ['container', 'header', 'html', 'image', 'recode', 'records'] as const
export type TaskName = (typeof taskNames)[number]

/** What a task is told, as JSON carries it. */
export type TaskSettings = Readonly<Record<string, string | number | boolean>>

export interface TaskResult {
  readonly octets: Uint8Array
  /** What came out beside octets, such as parameters of the media type. */
  readonly facts: Readonly<Record<string, string>>
}

/** Runs inside the worker. Throws Refusal. */
export type Task = (octets: Buffer, settings: TaskSettings, limits: ConvertLimits) => Promise<TaskResult> | TaskResult
