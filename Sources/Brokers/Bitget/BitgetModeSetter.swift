import Core

/// Reads the modes of a symbol, and sets margin mode and leverage where the settings ask for others. The position mode
/// is the account's own and is never changed.
struct BitgetModeSetter {
    let broker: BrokerName
    let settings: BitgetSettings
    let client: BitgetClient

    /// What an order that closes or protects has to suit: the modes as they are. Nothing keeps it waiting.
    func read(_ symbol: Symbol, _ dialect: any BitgetDialect) async throws -> BitgetStance {
        let modes = try await ask(dialect.modes(symbol).with(.vital))
        return BitgetStance(isHedge: modes.isHedge, marginMode: modes.marginMode)
    }

    /// What orders of the symbol have to suit once the modes are those of the settings.
    ///
    /// - Throws: `VenueError` when the modes cannot be brought to what the settings ask for.
    func settle(_ symbol: Symbol, _ dialect: any BitgetDialect) async throws -> BitgetStance {
        var modes = try await ask(dialect.modes(symbol))
        if let wanted = settings.marginMode, wanted != modes.marginMode {
            guard let question = dialect.setMarginMode(wanted, symbol) else {
                // This language takes the mode with each order; the leverage told is that of the other mode.
                modes = BitgetModes(isHedge: modes.isHedge, marginMode: wanted, leverage: nil)
                return try await lever(symbol, dialect, modes)
            }
            _ = try await ask(question)
            modes = try await ask(dialect.modes(symbol))
            guard modes.marginMode == wanted else { throw refusal(symbol, "margin mode", wanted.rawValue) }
        }
        return try await lever(symbol, dialect, modes)
    }

    private func lever(_ symbol: Symbol, _ dialect: any BitgetDialect, _ modes: BitgetModes) async throws
        -> BitgetStance
    {
        let stance = BitgetStance(isHedge: modes.isHedge, marginMode: modes.marginMode)
        guard let wanted = settings.leverage, wanted != modes.leverage else { return stance }
        for side in dialect.leverageSides(modes) {
            _ = try await ask(dialect.setLeverage(wanted, symbol, modes.marginMode, side: side))
        }
        let after = try await ask(dialect.modes(symbol))
        // What is not told, or told of another margin mode, is not verified.
        guard after.leverage == wanted, after.marginMode == modes.marginMode else {
            throw refusal(symbol, "leverage", "\(wanted) for \(modes.marginMode.rawValue) margin")
        }
        return stance
    }

    private func ask<Answer>(_ question: BitgetQuestion<Answer>) async throws -> Answer {
        do { return try await client.ask(question) } catch { throw error.error }
    }

    private func refusal(_ symbol: Symbol, _ what: String, _ wanted: String) -> VenueError {
        VenueError(
            .configuration, code: "MODE_NOT_SET",
            message: "\(symbol): \(what) \(wanted) was asked for, but \(broker) keeps another one; close its positions "
                + "and orders, or change the setting")
    }
}

extension BitgetBroker {
    /// Finds out which language the account speaks.
    ///
    /// - Throws: `VenueError`; a configuration error when it speaks neither.
    static func probe(_ client: BitgetClient) async throws -> any BitgetDialect {
        let settings = client.settings
        let languages: [any BitgetDialect] = [BitgetClassic(settings), BitgetUnified(settings)]
        if let family = settings.family { return family == .classic ? languages[0] : languages[1] }
        // Public data is the same for everybody.
        guard settings.credentials != nil else { return languages[0] }
        var refusal: VenueError?
        for language in languages {
            do {
                _ = try await client.ask(language.probe().with(.vital))
                return language
            } catch {
                refusal = refusal ?? error.error
                guard ["BITGET_40085", "BITGET_40084"].contains(error.error.code) else { throw error.error }
            }
        }
        throw refusal ?? VenueError(.configuration, code: "BITGET_40085", message: "the account speaks no language")
    }
}
