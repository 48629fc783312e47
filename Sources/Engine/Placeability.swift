import Core

/// Whether a stop can be placed at all, judged before anything is entered.
enum Placeability {
    /// Why a stop at `stop` for a position of `side` cannot be placed, or nil.
    ///
    /// - Parameters:
    ///   - side: Of the entry: a bought position is stopped below the price.
    ///   - last: The price it is judged by.
    static func fault(
        of stop: Price, for side: Side, quantity: Quantity, at last: Price, _ instrument: Instrument
    ) -> String? {
        guard stop > .zero, stop.value.isMultiple(of: instrument.tick.value) else {
            return "a stop at \(stop) is no positive multiple of the tick \(instrument.tick)"
        }
        guard side == .buy ? stop < last : stop > last else { return "a stop at \(stop) would fire at once at \(last)" }
        return filterFault(of: stop, quantity: quantity, at: last, instrument)
    }

    /// Why the venue's own rules for triggers forbid one at `trigger`, or nil.
    static func filterFault(
        of trigger: Price, quantity: Quantity, at last: Price, _ instrument: Instrument
    ) -> String? {
        instrument.triggerRules?.fault(
            of: trigger, quantity: quantity, at: last, minimum: instrument.minimumNotional)
    }
}
