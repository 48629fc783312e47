public import Core

/// Feature columns fed bar by bar: the live form of ``FeatureTable``, with bit-identical values.
///
/// The values depend on every bar fed, so a stream must start where the table it is compared with starts.
public struct FeatureStream: Sendable {
    /// The columns, in the order of ``values``.
    public let keys: [ColumnKey]
    /// The values at the last bar fed, one a key; NaN while warming up.
    public private(set) var values: [Double]
    private var machines: [any FeatureMachine]

    /// A stream of some columns that has seen no bar.
    public init(keys: [ColumnKey]) {
        self.keys = keys
        values = Array(repeating: .nan, count: keys.count)
        machines = keys.map { $0.machine() }
    }

    /// Takes the next bar and renews ``values``.
    public mutating func update(_ bar: Bar) {
        for index in machines.indices { values[index] = machines[index].update(bar) }
    }
}
