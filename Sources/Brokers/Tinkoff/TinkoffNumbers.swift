package import Core

/// The venue's exact numbers: whole units and billionths of the same sign. Never through a binary fraction.
package enum TinkoffNumber {
    /// The billionths of one unit.
    private static let nanosOfOne: Int128 = 1_000_000_000
    /// The parts of ``FixedDecimal`` in a billionth.
    private static let partsOfNano: Int128 = FixedDecimal.scale / nanosOfOne

    /// Reads `{units, nano}`; a missing part is zero, a missing message is nil. Nil also for parts of different signs
    /// or too many billionths: such a number means nothing.
    package static func read(_ value: JSONValue?) -> FixedDecimal? {
        guard let value, value.isObject else { return nil }
        guard let units = whole(value["units"]), let nano = whole(value["nano"]),
            nano.magnitude < UInt64(nanosOfOne), units == 0 || nano == 0 || (units < 0) == (nano < 0)
        else { return nil }
        let total = Int128(units) * nanosOfOne + Int128(nano)
        let number = FixedDecimal(units: total * partsOfNano)
        return number.magnitude.units <= FixedDecimal.parseLimit * FixedDecimal.scale ? number : nil
    }

    /// A missing scalar is zero; one that is no whole number is nil.
    private static func whole(_ value: JSONValue?) -> Int64? {
        guard let value, !value.isNull else { return 0 }
        return value.integer
    }

    /// Writes `{units, nano}`; nil when the number has more than nine digits behind the point.
    package static func write(_ number: FixedDecimal) -> JSONBody? {
        guard number.units % partsOfNano == 0 else { return nil }
        let (units, nano) = (number.units / partsOfNano).quotientAndRemainder(dividingBy: nanosOfOne)
        return JSONBody(["units": .text("\(units)"), "nano": .number(Int64(nano))])
    }
}

/// What orders, books and candles count in.
package struct TinkoffLots: Hashable, Comparable, Sendable {
    /// How many lots.
    package let count: Int64

    /// So many lots.
    package init(_ count: Int64) { self.count = count }

    /// None.
    package static let zero = TinkoffLots(0)

    package static func < (left: TinkoffLots, right: TinkoffLots) -> Bool { left.count < right.count }
}

/// What positions, operations and executions count in; the house's quantity.
package struct TinkoffPieces: Hashable, Comparable, Sendable {
    /// How many shares; negative for a short position.
    package let count: Int64

    /// So many shares.
    package init(_ count: Int64) { self.count = count }

    /// None.
    package static let zero = TinkoffPieces(0)

    /// The same as a quantity.
    package var quantity: Quantity { Quantity(FixedDecimal(Int(count))) }

    /// A quantity that is a whole number of shares; nil otherwise.
    package init?(_ quantity: Quantity) {
        let (whole, rest) = quantity.value.units.quotientAndRemainder(dividingBy: FixedDecimal.scale)
        guard rest == 0, let count = Int64(exactly: whole) else { return nil }
        self.count = count
    }

    package static func < (left: TinkoffPieces, right: TinkoffPieces) -> Bool { left.count < right.count }
    package static func + (left: TinkoffPieces, right: TinkoffPieces) -> TinkoffPieces {
        TinkoffPieces(left.count + right.count)
    }
    package static func - (left: TinkoffPieces, right: TinkoffPieces) -> TinkoffPieces {
        TinkoffPieces(left.count - right.count)
    }
    package static prefix func - (pieces: TinkoffPieces) -> TinkoffPieces { TinkoffPieces(-pieces.count) }
}

/// How many shares a lot has: the only way between ``TinkoffLots`` and ``TinkoffPieces``. It changes now and then, and
/// is read every day.
package struct TinkoffLotSize: Hashable, Sendable {
    /// Shares in a lot; positive.
    package let pieces: Int64

    /// A lot of so many shares; nil when that is none.
    package init?(_ pieces: Int64) {
        guard (1...1_000_000_000).contains(pieces) else { return nil }
        self.pieces = pieces
    }

    /// The shares of some lots.
    package func pieces(of lots: TinkoffLots) -> TinkoffPieces { TinkoffPieces(lots.count * pieces) }

    /// The lots of some shares; nil when that is no whole number.
    package func lots(of shares: TinkoffPieces) -> TinkoffLots? {
        shares.count % pieces == 0 ? TinkoffLots(shares.count / pieces) : nil
    }

    /// The lots that fit into some shares.
    package func wholeLots(in shares: TinkoffPieces) -> TinkoffLots { TinkoffLots(shares.count / pieces) }
}
