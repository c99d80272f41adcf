/**
 * Memoizes a function: it is called once for each key, so that equal flags, for example, have one list, which tables write
 * out only once.
 */
export function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}
