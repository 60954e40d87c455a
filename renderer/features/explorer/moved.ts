/** The order with `id` moved to where `target` stands. Unknown ids change nothing. */
export function moved<T extends string>(order: T[], id: string, target: T): T[] {
  const from = (order as string[]).indexOf(id);
  const to = order.indexOf(target);
  const item = order[from];
  if (item === undefined || to < 0) return order;
  return order.toSpliced(from, 1).toSpliced(to, 0, item);
}
