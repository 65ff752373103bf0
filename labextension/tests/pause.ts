const STEP = 5;

/** Let the page go on for so long; in small steps, for of a busy machine's one long wait nothing is left for the page. */
export async function pause(milliseconds: number): Promise<void> {
  for (let waited = 0; waited < milliseconds; waited += STEP) {
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}
