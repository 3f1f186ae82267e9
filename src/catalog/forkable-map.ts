/**
 * A map whose copies cost nothing until one of the two is changed: the state of a history is kept at many
 * places, and between two of them little changes.
 */
export class ForkableMap<K, V> {
	#map: Map<K, V>;
	/** True while another one reads the same map. */
	#isShared = false;

	constructor(map = new Map<K, V>()) {
		this.#map = map;
	}

	/** Returns an independent copy; keys and values are shared. */
	fork(): ForkableMap<K, V> {
		const copy = new ForkableMap(this.#map);
		copy.#isShared = true;
		this.#isShared = true;
		return copy;
	}

	/** Returns what it holds now; later changes do not show. */
	content(): ReadonlyMap<K, V> {
		this.#isShared = true;
		return this.#map;
	}

	get size(): number {
		return this.#map.size;
	}

	get(key: K): V | undefined {
		return this.#map.get(key);
	}

	has(key: K): boolean {
		return this.#map.has(key);
	}

	values(): MapIterator<V> {
		return this.#map.values();
	}

	keys(): MapIterator<K> {
		return this.#map.keys();
	}

	[Symbol.iterator](): MapIterator<[K, V]> {
		return this.#map[Symbol.iterator]();
	}

	set(key: K, value: V): void {
		this.#own().set(key, value);
	}

	delete(key: K): void {
		if (this.#map.has(key)) this.#own().delete(key);
	}

	#own(): Map<K, V> {
		if (this.#isShared) {
			this.#map = new Map(this.#map);
			this.#isShared = false;
		}
		return this.#map;
	}
}
