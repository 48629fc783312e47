/// Count, mean and variance of numbers seen one by one (Welford, Technometrics 4(3), 1962).
package struct RunningMoments: Hashable, Codable, Sendable {
    package private(set) var count = 0
    package private(set) var mean = 0.0
    private var squares = 0.0

    package init() {}

    /// Takes a number; nil and numbers that are not finite are passed over.
    package mutating func add(_ value: Double?) {
        guard let value, value.isFinite else { return }
        count += 1
        let distance = value - mean
        mean += distance / Double(count)
        squares += distance * (value - mean)
    }

    /// Takes all numbers that `other` has seen (Chan, Golub, LeVeque, Stanford STAN-CS-79-773, 1979).
    package mutating func merge(_ other: RunningMoments) {
        guard other.count > 0 else { return }
        let total = count + other.count
        let distance = other.mean - mean
        squares += other.squares + distance * distance * Double(count) * Double(other.count) / Double(total)
        mean += distance * Double(other.count) / Double(total)
        count = total
    }

    /// The variance (n - 1), or nil of fewer than two numbers.
    package var variance: Double? { count > 1 ? squares / Double(count - 1) : nil }
}
