import Core

/// A book of orders around a price. The twin has no other traders: the levels are drawn from the seed, the same for
/// equal prices.
struct BitgetDepth: Hashable, Sendable {
    struct Level: Hashable, Sendable {
        let price: Price
        let size: Quantity
    }

    let asks: [Level]
    let bids: [Level]

    init(around price: Price, _ instrument: Instrument, levels: Int, seed: UInt64) {
        func level(_ step: Int) -> Level? {
            let place = Price(price.value + FixedDecimal(units: instrument.tick.value.units * Int128(step)))
            guard place > .zero else { return nil }
            var mixer = SplitMix64(state: seed ^ UInt64(truncatingIfNeeded: place.value.units))
            let lots = Int(mixer.next() % 900) + 100
            // Enough for the smallest orders, whatever the lot is.
            let least = instrument.minimumNotional.value.divided(by: place.value)
            let size =
                instrument.onLot(Quantity(least)).value
                + FixedDecimal(
                    units: instrument.lotStep.value.units * Int128(lots))
            return Level(price: place, size: Quantity(size))
        }
        asks = (1...levels).compactMap { level($0) }
        bids = (1...levels).compactMap { level(-$0) }
    }

    private init(asks: [Level], bids: [Level]) {
        (self.asks, self.bids) = (asks, bids)
    }

    /// The first `count` levels of each side.
    func top(_ count: Int) -> BitgetDepth {
        BitgetDepth(asks: Array(asks.prefix(count)), bids: Array(bids.prefix(count)))
    }

    private static func rows(_ levels: [Level]) -> Wire {
        .list(levels.map { [.amount($0.price), .amount($0.size)] })
    }

    /// The rows of both sides.
    var wire: Wire { ["asks": Self.rows(asks), "bids": Self.rows(bids)] }

    /// What changed since an older book: new sizes, and zero for levels that are gone.
    func changes(since old: BitgetDepth) -> Wire {
        func rows(_ new: [Level], _ old: [Level]) -> Wire {
            let gone = old.filter { level in !new.contains { $0.price == level.price } }
                .map { Level(price: $0.price, size: .zero) }
            return Self.rows(new.filter { !old.contains($0) } + gone)
        }
        return ["asks": rows(asks, old.asks), "bids": rows(bids, old.bids)]
    }

    /// CRC-32 (IEEE 802.3) over the best 25 of each side, bid and ask in turn, as `price:size` joined by colons.
    var checksum: Int32 {
        var parts: [String] = []
        for index in 0..<25 {
            for side in [bids, asks] where index < side.count {
                parts.append("\(side[index].price):\(side[index].size)")
            }
        }
        return BitgetChecksum.of(parts.joined(separator: ":"))
    }
}

/// CRC-32 as books carry it.
package enum BitgetChecksum {
    /// The checksum (IEEE 802.3) of a text, as a signed number.
    package static func of(_ text: String) -> Int32 {
        var register: UInt32 = 0xffff_ffff
        for byte in text.utf8 {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xedb8_8320 : register >> 1 }
        }
        return Int32(bitPattern: ~register)
    }
}
