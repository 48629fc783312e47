import Core

/// The fields of a call.
struct TInvestCall: Sendable {
    let fields: Wire
    let token: TInvestToken

    /// A field's text; nil when it is absent or empty.
    subscript(name: String) -> String? {
        guard let text = fields[name]?.string, !text.isEmpty else { return nil }
        return text
    }

    func required(_ name: String, _ code: String) throws(TInvestFault) -> String {
        guard let text = self[name] else { throw TInvestFault(code, "Missing parameter: '\(name)'") }
        return text
    }

    func flag(_ name: String) -> Bool { fields[name] == .flag(true) }

    func moment(_ name: String) -> Timestamp? { self[name].flatMap(TInvestDate.moment) }

    /// A positive price; nil when the field is absent or zero.
    func price(_ name: String) throws(TInvestFault) -> Price? {
        guard let field = fields[name] else { return nil }
        guard let value = field.exact, value >= .zero else {
            throw TInvestFault("30018", "The '\(name)' is incorrect: must be positive")
        }
        return value == .zero ? nil : Price(value)
    }

    /// Lots, at least one.
    func lots() throws(TInvestFault) -> Int64 {
        let text = try required("quantity", "30015")
        guard let lots = Int64(text) else { throw TInvestFault("30016", "The 'quantity' is incorrect") }
        guard lots > 0 else { throw TInvestFault("30080", "The quantity must be positive") }
        guard lots <= 1_000_000_000 else { throw TInvestFault("30109", "The maximum deal amount is exceeded") }
        return lots
    }

    /// An idempotency key.
    func key(_ name: String, missing: String = "30027", wrong: String = "30028") throws(TInvestFault) -> String {
        let text = try required(name, missing)
        guard text.utf8.count <= 36 else { throw TInvestFault("30055", "The '\(name)' is longer than 36 characters") }
        guard TInvestName.isUUID(text) else { throw TInvestFault(wrong, "The '\(name)' has to be a UUID") }
        return text.lowercased()
    }
}

extension TInvestWorld {
    /// The open account a call names.
    func account(_ call: TInvestCall) throws(TInvestFault) -> TInvestAccount {
        let id = try call.required("accountId", "30021")
        guard let index = account(id) else { throw .noAccount }
        return accounts[index]
    }

    /// The share a call names.
    func listing(_ call: TInvestCall) throws(TInvestFault) -> TInvestListing {
        guard let name = call["instrumentId"] ?? call["figi"] else {
            throw TInvestFault("30005", "Missing parameter: 'instrument_id'")
        }
        guard let found = listings.first(where: { $0.isNamed(name) }) else { throw .noInstrument }
        return found
    }
}
