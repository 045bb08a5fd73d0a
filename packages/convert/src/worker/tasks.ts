/** The tasks of a worker process by name. */
import sharp from 'sharp'
import type { ConvertLimits } from '../limits.ts'
import { container } from './container.ts'
import { header } from './header.ts'
import { html } from './html.ts'
import { image } from './image.ts'
import { recode } from './recode.ts'
import { records } from './records.ts'
import type { Task, TaskName } from './task.ts'

export const tasks: Readonly<Record<TaskName, Task>> = { container, header, html, image, recode, records }

/** A picture's side that costs nothing and still runs the way of a real one. */
const side = 64

/** Does what the first task would otherwise do at its own cost: loads the codecs, compiles the code. */
export async function warmUp(limits: ConvertLimits): Promise<void> {
  // Octets that one picture leaves behind are not kept for another: each has its own.
  sharp.cache(false)
  sharp.concurrency(1)
  const picture = await sharp({ create: { width: side, height: side, channels: 3, background: '#fff' } })
    .jpeg()
    .toBuffer()
  await image(picture, { from: 'image/jpeg', to: 'jpeg', width: side / 2 }, limits)
  html(Buffer.from('<p>a</p>'), { from: 'utf-8', to: 'utf-8' }, limits)
}
