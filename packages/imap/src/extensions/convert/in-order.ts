/** Runs tasks a few at a time, and gives their results in the order of the tasks. */

/** Those that were begun are waited for when the reader stops early. Rejects as the first task that does. */
export async function* inOrder<T>(tasks: Iterable<() => Promise<T>>, atOnce: number): AsyncGenerator<T, void, void> {
  const running: Promise<T>[] = []
  try {
    for (const task of tasks) {
      const result = task()
      // Awaited in its turn.
      result.catch(() => {})
      running.push(result)
      if (running.length >= atOnce) yield await (running.shift() as Promise<T>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<T>)
  } finally {
    await Promise.allSettled(running)
  }
}
