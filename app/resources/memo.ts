// Memoizes a function, so that equal lists are one object, which tables write out only once.

/** Memoizes a function: equal flags then have one list. */
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
