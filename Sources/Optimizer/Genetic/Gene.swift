/// One named parameter of a search with the values it may take.
public struct Gene: Hashable, Codable, Sendable {
    /// The name under which the value is reported; unique within a ``GeneSpace``.
    public let name: String
    /// The values it may take.
    public let domain: GeneDomain

    /// A gene from its parts.
    public init(_ name: String, _ domain: GeneDomain) {
        self.name = name
        self.domain = domain
    }
}

/// The values a ``Gene`` may take, always written as a `Double` in a ``Genome``.
public enum GeneDomain: Hashable, Codable, Sendable {
    /// The whole numbers `minimum`, `minimum + step`, ... up to `maximum`.
    case integer(minimum: Int, maximum: Int, step: Int = 1)
    /// Every real in `minimum ... maximum`, or with a `step` only `minimum + k * step`.
    case real(minimum: Double, maximum: Double, step: Double? = nil)
    /// One of `count` choices without an order, written as 0 ..< `count`.
    case categorical(count: Int)

    /// Why no value can be drawn from this domain, or nil when it is sound.
    public var flaw: GeneFlaw? {
        switch self {
        case .integer(let minimum, let maximum, let step):
            let limit = 1 << 52
            if minimum < -limit || maximum > limit { return .tooWide }
            return minimum > maximum ? .empty : (step < 1 ? .step : nil)
        case .real(let minimum, let maximum, let step):
            guard minimum.isFinite, maximum.isFinite, (maximum - minimum).isFinite else { return .tooWide }
            if minimum > maximum { return .empty }
            guard let step else { return nil }
            guard step.isFinite, step > 0 else { return .step }
            return (maximum - minimum) / step < 0x1p52 ? nil : .tooWide
        case .categorical(let count):
            return count < 1 ? .empty : nil
        }
    }

    /// The number of values, or nil when the domain is continuous.
    public var cardinality: Int? {
        switch self {
        case .integer(let minimum, let maximum, let step): (maximum - minimum) / step + 1
        case .real(let minimum, let maximum, let step):
            step.map { Int(((maximum - minimum) / $0 + Self.gridSlack).rounded(.down)) + 1 }
                ?? (minimum == maximum ? 1 : nil)
        case .categorical(let count): count
        }
    }

    /// The smallest and the largest value.
    public var bounds: ClosedRange<Double> {
        switch self {
        case .integer(let minimum, _, _): Double(minimum)...gridValue((cardinality ?? 1) - 1)
        case .real(let minimum, let maximum, let step):
            minimum...(step == nil ? maximum : gridValue((cardinality ?? 1) - 1))
        case .categorical(let count): 0...Double(count - 1)
        }
    }

    /// The legal value nearest to `value`; NaN becomes the smallest value.
    public func snapped(_ value: Double) -> Double {
        let bounds = bounds
        let inside = value >= bounds.lowerBound ? Swift.min(value, bounds.upperBound) : bounds.lowerBound
        guard let cardinality else { return inside }
        let index = ((inside - bounds.lowerBound) / gridStep).rounded()
        return gridValue(Swift.min(Int(index), cardinality - 1))
    }

    /// Whether `value` is exactly one of the domain's values.
    public func contains(_ value: Double) -> Bool {
        value.isFinite && snapped(value) == value
    }

    /// The values up to `reach` grid steps around a legal `value`, ascending, itself included; every choice of a
    /// category; tenths of the width where there is no grid.
    public func neighbours(of value: Double, reach: Int) -> [Double] {
        if case .categorical(let count) = self { return (0..<count).map(Double.init) }
        let bounds = bounds
        let step = cardinality == nil ? (bounds.upperBound - bounds.lowerBound) / 10 : gridStep
        var values: [Double] = []
        for offset in -reach...reach {
            let moved = offset == 0 ? value : value + Double(offset) * step
            guard moved > bounds.lowerBound - step / 2, moved < bounds.upperBound + step / 2 else { continue }
            let legal = snapped(moved)
            if values.last != legal { values.append(legal) }
        }
        return values
    }

    /// The `index`-th value of a domain with a ``cardinality``, counted from 0.
    func gridValue(_ index: Int) -> Double {
        switch self {
        case .integer(let minimum, _, let step): Double(minimum + index * step)
        case .real(let minimum, let maximum, _): Swift.min(minimum + Double(index) * gridStep, maximum)
        case .categorical: Double(index)
        }
    }

    /// The distance between neighbouring values; 1 where that has no meaning.
    var gridStep: Double {
        switch self {
        case .integer(_, _, let step): Double(step)
        case .real(_, _, let step): step ?? 1
        case .categorical: 1
        }
    }

    /// Lets `(0.3 - 0.0) / 0.1`, a hair under 3, count as three steps.
    private static let gridSlack = 1e-9
}

/// Why a ``GeneDomain`` is refused.
public enum GeneFlaw: String, Codable, Sendable, CaseIterable {
    /// The minimum lies above the maximum, or there is no choice at all.
    case empty
    /// The step is not positive.
    case step
    /// A bound is not finite, or the domain has more values than a `Double` can count.
    case tooWide
}
