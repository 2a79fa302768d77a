/** A question that is lost on its way is no answer: it is asked once more, and whatever comes of that counts. */
export async function askAgain<Answer>(
  isLost: (error: unknown) => boolean,
  first: () => Promise<Answer>,
  second: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await first();
  } catch (error) {
    if (!isLost(error)) throw error;
    return await second();
  }
}
