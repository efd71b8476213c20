/**
 * Returns times of which no two are equal: requests of the same millisecond are a thousandth apart. The log is read in
 * pages by time, and requests that shared the time of a page's last row would be missing from the next page.
 */
export function distinctTimes(now: () => number): () => number {
  let millisecond = 0;
  let countInMillisecond = 0;
  return () => {
    const at = now();
    countInMillisecond = at === millisecond ? countInMillisecond + 1 : 0;
    millisecond = at;
    return at + countInMillisecond / 1000;
  };
}
