import Core

/// A share as the venue lists it.
struct TInvestListing: Sendable {
    let instrument: Instrument
    let figi: String
    let uid: String
    let positionUID: String
    /// Pieces of one lot.
    let lot: Int64

    init(_ instrument: Instrument) {
        let name = instrument.symbol.name
        self.instrument = instrument
        let known = Self.known[name]
        figi = known?.figi ?? "TWIN\(TInvestName.uuid("figi/\(name)").prefix(8).uppercased())"
        uid = known?.uid ?? TInvestName.uuid("uid/\(name)")
        positionUID = TInvestName.uuid("position/\(name)")
        lot = max(Int64(instrument.lotStep.value.units / FixedDecimal.scale), 1)
    }

    var symbol: Symbol { instrument.symbol }
    var ticker: String { symbol.name }

    /// Whether a client's text names it: FIGI, uid, position uid, or ticker and board.
    func isNamed(_ text: String) -> Bool {
        [figi, uid, positionUID, "\(ticker)_\(TInvestSetup.classCode)"].contains(text)
    }

    /// The names every message about it carries.
    var names: Wire {
        [
            "figi": .text(figi), "instrumentUid": .text(uid), "ticker": .text(ticker),
            "classCode": .text(TInvestSetup.classCode),
        ]
    }

    private static let known: [String: (figi: String, uid: String)] = [
        "SBER": ("BBG004730N88", "e6123145-9665-43e0-8413-cd61b8aa9b13"),
        "SBERP": ("BBG0047315Y7", "c190ff1f-1447-4227-b543-316332699ca5"),
        "GAZP": ("BBG004730RP0", "962e2a95-02a9-4171-abd7-aa198dbe643a"),
        "LKOH": ("BBG004731032", "02cfdf61-6298-4c0f-a9ca-9cabc82afaf3"),
        "ROSN": ("BBG004731354", "fd417230-19cf-4e7b-9623-f7c9ca18ec6b"),
        "GMKN": ("BBG004731489", "509edd0c-129c-4ee2-934d-7f6246126da1"),
        "VTBR": ("BBG004730ZJ9", "8e2b0325-0292-4654-8a18-4f63ed3b0e09"),
    ]
}
