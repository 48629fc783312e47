/// Eight lanes: neighbouring rows of one strategy, or one row of eight strategies.
typealias Lanes = SIMD8<Double>

extension UnsafePointer<Double> {
    /// Eight values from a row on.
    @inline(__always) func lanes(_ row: Int) -> Lanes {
        UnsafeRawPointer(self + row).loadUnaligned(as: Lanes.self)
    }
}

extension UnsafeMutablePointer<Double> {
    /// Writes eight values from a row on.
    @inline(__always) func store(_ lanes: Lanes, at row: Int) {
        UnsafeMutableRawPointer(self + row).storeBytes(of: lanes, as: Lanes.self)
    }
}
