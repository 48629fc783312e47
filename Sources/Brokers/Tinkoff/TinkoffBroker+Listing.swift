import Core

// What is on the account is listed whether or not its rules can be read: an account is never called flat because
// somebody's ticker is missing, or because the venue does not answer about an instrument just now.
extension TinkoffBroker {
    /// The rules of an instrument of the account, ours or not; nil when the venue has none that orders could keep to.
    ///
    /// - Throws: `VenueError` for what may pass: nobody knows then.
    func rules(_ uid: String) async throws -> TinkoffShare? {
        if let own = shares.values.first(where: { $0.uid == uid || $0.figi == uid }) { return own }
        if let known = strangers[uid] { return known }
        do {
            let found = try await ask(TinkoffMarketData.share(uid.utf8.count == 12 ? .figi(uid) : .uid(uid)))
            strangers[uid] = found
            return found
        } catch let error as VenueError {
            guard [.rejected, .notFound].contains(error.remedy) || error.code == TinkoffErrors.malformedCode else {
                throw error
            }
            return nil
        }
    }

    /// The share behind a uid, ours or not; nil when the venue does not tell.
    func share(uid: String) async -> TinkoffShare? { (try? await rules(uid)) ?? nil }

    /// The name under which something on the account is listed. What has neither ticker nor rules goes by the venue's
    /// own name for it.
    ///
    /// - Throws: `VenueError` when it has no ticker and its rules cannot be read just now: the next reading would call
    ///   it something else.
    func listedSymbol(_ uid: String, _ ticker: String?) async throws -> Symbol {
        if let own = shares.first(where: { $0.value.uid == uid || $0.value.figi == uid }) { return own.key }
        if let ticker, let symbol = Symbol(ticker) { return symbol }
        if let symbol = try await rules(uid)?.symbol { return symbol }
        // A uid is a little longer than a symbol may be.
        guard let symbol = Symbol(uid.filter { $0 != "-" }) else {
            throw TinkoffErrors.malformed("something on the account", "'\(uid)' names no instrument")
        }
        return symbol
    }

    /// The same; nil when it cannot be told just now.
    func symbol(of uid: String, _ ticker: String?) async -> Symbol? { try? await listedSymbol(uid, ticker) }

    /// The lot by which an order is told in pieces. What was asked for here is never told by a lot that nobody read: a
    /// tenth of it would look like the whole. What others asked for is listed, at the least.
    ///
    /// - Throws: `VenueError` when the lot of an order of ours cannot be read.
    func lot(of order: TinkoffOrder, _ symbol: Symbol, isOurs: Bool) async throws -> TinkoffLotSize {
        if let lot = await share(uid: order.uid)?.lot ?? shares[symbol]?.lot { return lot }
        guard !isOurs else {
            throw VenueError(
                .retryable, code: "TINKOFF_NO_RULES", message: "the lot of \(symbol) cannot be read now: ask again")
        }
        return Self.single
    }
}
