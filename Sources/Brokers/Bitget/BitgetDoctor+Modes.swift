import Core

extension BitgetDoctor {
    mutating func lookAtModes(_ symbol: Symbol) async {
        do {
            let language = try await broker.language()
            let modes = try await broker.ask(language.modes(symbol))
            let leverage = modes.leverage.map { ", leverage \($0)" } ?? ""
            note(
                "\(symbol) modes", .fine,
                "\(modes.isHedge ? "hedge" : "one-way") mode, \(modes.marginMode.rawValue) margin\(leverage)")
            let isOpen = try await broker.isOpen(symbol)
            if let wanted = settings.marginMode, wanted != modes.marginMode {
                noteMarginMode(symbol, wanted, isFixed: isOpen && language.setMarginMode(wanted, symbol) != nil)
            }
            if let wanted = settings.leverage, wanted != modes.leverage {
                let mayNot = isOpen ? "; the venue may refuse that while something is open" : ""
                note("\(symbol) modes", .notable, "a run will set the leverage to \(wanted)\(mayNot)")
            }
            let held = try await broker.ask(language.positions()).filter { $0.symbol == symbol }
            if held.count > 1 {
                note(
                    "\(symbol) modes", .broken, "long and short positions are held side by side",
                    fix: "close one of them: the runner holds one position for each asset")
            }
        } catch {
            note("\(symbol) modes", .broken, "\(error)")
        }
    }

    /// What is open keeps the venue from changing the margin mode, and a run from entering.
    private mutating func noteMarginMode(_ symbol: Symbol, _ wanted: BitgetMarginMode, isFixed: Bool) {
        let word = wanted.rawValue
        guard isFixed else { return note("\(symbol) modes", .notable, "a run will set the margin mode to \(word)") }
        note(
            "\(symbol) modes", .broken,
            "the margin mode is not \(word), and cannot be set while a position or an order is open: a run guards and "
                + "closes it, and enters nothing",
            fix: "close it, or change BITGET_MARGIN_MODE")
    }
}
