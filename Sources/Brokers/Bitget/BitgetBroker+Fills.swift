import Core
import Logging

extension BitgetBroker {
    /// Executions at or after a moment, oldest first, ours named, read now and in one go.
    func executions(since moment: Timestamp) async throws -> [Fill] {
        let dialect = try await language()
        var rows: [BitgetFill] = []
        for span in BitgetSpan.covering(since: moment, to: await now(), longest: dialect.longestSpan) {
            rows += try await pages(limit: BitgetFillRecord.largestPages) { dialect.fills(span, after: $0) }
        }
        var seen: Set<String> = []
        return try await told(rows.reversed().filter { $0.at >= moment && seen.insert($0.tradeID).inserted })
    }

    /// Executions at or after a moment, as far back as the venue tells them. Many take longer to read than whoever asks
    /// can wait: the reading goes on without him, and is there when he asks again.
    ///
    /// - Throws: `VenueError`, with the code ``VenueError/pendingExecutions`` while they are still being read.
    func recorded(since moment: Timestamp) async throws -> [Fill] {
        let (asked, longest) = (await now(), try await language().longestSpan)
        while !fillRecord.covers(since: moment, to: asked) {
            fillRecord.begin(since: moment, at: await now(), longest: longest)
            try await readOn()
        }
        let rows = fillRecord.rows.filter { $0.at >= moment }
        fillRecord.forget(before: moment)
        return try await told(rows)
    }

    /// Waits for the reading on its way, which is begun if nobody reads.
    private func readOn() async throws {
        let begun = recording ?? Recording()
        if recording == nil {
            recording = begun
            recordingTask = Task { await self.read(begun) }
        }
        let bell = Bell()
        begun.waiting.append(bell)
        // Who comes late in a long reading need not wait as long as the first.
        let left = settings.historyPatience - (ContinuousClock.now - begun.since)
        await bell.wait(atMost: max(left, settings.historyPatience / 20))
        if let failure = begun.failure { throw failure }
        guard !begun.isDone else { return }
        throw VenueError(
            .retryable, code: VenueError.pendingExecutions,
            message: "the executions of \(name) are still being read (\(fillRecord.reading?.rows.count ?? 0) so far)")
    }

    private func read(_ recording: Recording) async {
        do {
            let dialect = try await language()
            while let reading = fillRecord.reading {
                let urgency: RequestUrgency = reading.isLong ? .reading : .vital
                guard let span = reading.spans.first else {
                    // Whose they are takes a question each at times: that belongs to the reading.
                    var looked = BitgetLookRound(urgency: urgency)
                    for row in reading.rows.reversed() { _ = try await knownOwner(of: row, &looked) }
                    fillRecord.finish()
                    continue
                }
                let page = try await ask(dialect.fills(span, after: reading.cursor).with(urgency))
                warn(foreign: page.foreign)
                guard !fillRecord.took(page, of: reading) else { continue }
                throw VenueError(
                    .retryable, code: "BITGET_CUT_OFF", message: "the executions of \(name) do not end within reason")
            }
        } catch {
            recording.failure = error
        }
        recording.isDone = true
        (self.recording, recordingTask) = (nil, nil)
        for bell in recording.waiting { bell.ring() }
    }

    /// Executions in the words of the house; those that are told with the next reading are left out.
    private func told(_ rows: [BitgetFill]) async throws -> [Fill] {
        var fills: [Fill] = []
        var looked = BitgetLookRound()
        for row in rows {
            switch try await knownOwner(of: row, &looked) {
            case .told(let id): fills.append(fill(row, of: id))
            case .notYet: continue
            }
        }
        return fills.sorted { ($0.at, $0.tradeID) < ($1.at, $1.tradeID) }
    }

    /// Whose order an execution is of; that an old one is nobody's of ours is asked once.
    private func knownOwner(of row: BitgetFill, _ round: inout BitgetLookRound) async throws -> BitgetOwner {
        if strangers[row.orderID] != nil { return .told(nil) }
        let owner = try await owner(of: row, &round)
        if case .told(nil) = owner, !round.isIncomplete, await now() - row.at > BitgetFillRecord.lateness {
            strangers[row.orderID] = true
        }
        return owner
    }

    /// An execution with our name for its order and its fee in quote currency.
    private func fill(_ row: BitgetFill, of id: ClientOrderID?) -> Fill {
        var fee = Money.zero
        let quote = contracts[row.symbol]?.instrument.quote ?? Currency(BitgetSettings.marginCoin)
        for part in row.fees {
            if part.coin.uppercased() == quote.code {
                fee += part.amount
            } else if part.coin.uppercased() == row.symbol.base(quote: quote) {
                fee += Money(part.amount.value.times(row.price.value))
                note(coinFee: part.amount.value, of: row)
            } else if part.amount != .zero, !book.isTold(row.tradeID) {
                // It is paid from that coin's balance, and has no price here.
                log.warning(
                    "a fee in another coin is booked as zero",
                    metadata: [
                        "broker": "\(name)", "trade": "\(row.tradeID)", "fee": "\(part.amount) \(part.coin)",
                        "fix": "switch off paying fees in \(part.coin) in the venue's settings, or book it by hand",
                    ])
            }
        }
        return Fill(
            venue: name, tradeID: row.tradeID, clientID: id, symbol: row.symbol, side: row.side, price: row.price,
            quantity: row.quantity, fee: fee, at: row.at)
    }

    /// Takes note of a fee that was taken out of what was bought, once for each execution.
    private func note(coinFee amount: FixedDecimal, of row: BitgetFill) {
        guard settings.market == .spot, coinFeeTrades[row.tradeID] == nil else { return }
        coinFeeTrades[row.tradeID] = true
        coinFees[row.symbol] = (coinFees[row.symbol] ?? .zero) + amount
    }

    /// A reading of executions, and who waits for it.
    final class Recording {
        let since = ContinuousClock.now
        var isDone = false
        var failure: (any Error)?
        var waiting: [Bell] = []
    }
}
