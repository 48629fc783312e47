import Core

/// What is known of instruments that are on the account and whose rules were not asked for by name.
struct TinkoffListing {
    /// The names under which they are listed, by uid.
    var names = BoundedMap<String, Symbol>(limit: 1000)
    /// Until when the venue's word that it has no rules for one is believed.
    var lawless = BoundedMap<String, Duration>(limit: 1000)
    /// Since when one cannot be named because nobody answers.
    var namelessSince = BoundedMap<String, Duration>(limit: 1000)
}

// What is on the account is listed whether or not its rules can be read: an account is never called flat because
// somebody's ticker is missing, or because the venue does not answer about an instrument just now.
extension TinkoffBroker {
    /// The rules of an instrument of the account, ours or not; nil when the venue has none that orders could keep to.
    ///
    /// - Throws: `VenueError` for what may pass: nobody knows then.
    func rules(_ uid: String) async throws -> TinkoffShare? {
        if let own = shares.values.first(where: { $0.uid == uid || $0.figi == uid }) { return own }
        if let known = strangers[uid] { return known }
        if let until = listing.lawless[uid], uptime() < until { return nil }
        let begun = uptime()
        do {
            try TinkoffAnswers.ofReading?.refuse(uid)
            let found = try await ask(TinkoffMarketData.share(uid.utf8.count == 12 ? .figi(uid) : .uid(uid)))
            strangers[uid] = found
            return found
        } catch let error as VenueError {
            guard [.rejected, .notFound].contains(error.remedy) || error.code == TinkoffErrors.malformedCode else {
                TinkoffAnswers.ofReading?.note(error, of: uid, after: uptime() - begun)
                throw error
            }
            let age = error.code == TinkoffErrors.malformedCode ? Self.oddAge : Self.lawlessAge
            listing.lawless[uid] = uptime() + age
            return nil
        }
    }

    /// The code of an error: the lot of an order of ours cannot be read.
    static let noRules = "TINKOFF_NO_RULES"
    /// An instrument without rules is asked about again after so long, not with every reading.
    private static let lawlessAge = Duration.seconds(60)
    /// The same when the answer made no sense: one such answer holds nobody up.
    private static let oddAge = Duration.seconds(2)

    /// The share behind a uid, ours or not; nil when the venue does not tell.
    func share(uid: String) async -> TinkoffShare? { (try? await rules(uid)) ?? nil }

    /// The name under which something on the account is listed: once given, always the same. What has neither ticker
    /// nor rules goes by the venue's own name for it.
    ///
    /// - Throws: `VenueError` when it has no ticker and its rules cannot be read just now: the next reading may tell.
    func listedSymbol(_ uid: String, _ ticker: String?) async throws -> Symbol {
        if let own = shares.first(where: { $0.value.uid == uid || $0.value.figi == uid }) { return own.key }
        if let known = listing.names[uid] { return known }
        if let ticker, let symbol = Symbol(ticker) {
            listing.names[uid] = symbol
            return symbol
        }
        do {
            let found = try await rules(uid)
            listing.namelessSince[uid] = nil
            if let symbol = found?.symbol {
                listing.names[uid] = symbol
                return symbol
            }
        } catch {
            let since = listing.namelessSince[uid] ?? uptime()
            listing.namelessSince[uid] = since
            // A kill has to see what is there, whatever it is called.
            guard uptime() - since >= settings.resync * 2 else { throw error }
        }
        // A uid is a little longer than a symbol may be.
        guard let symbol = Symbol(uid.filter { $0 != "-" }) else {
            throw TinkoffErrors.malformed("something on the account", "'\(uid)' names no instrument")
        }
        listing.names[uid] = symbol
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
                .retryable, code: Self.noRules, message: "the lot of \(symbol) cannot be read now: ask again")
        }
        return Self.single
    }
}
