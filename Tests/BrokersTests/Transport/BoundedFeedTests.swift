import Brokers
import Core
import Testing

/// A feed never grows beyond its capacity, loses what may be lost first, and tells of what it had to refuse.
@Suite struct BoundedFeedTests {
    /// Even numbers may be lost; -1 stands for what was refused.
    private func feed(_ capacity: Int, tellsGaps: Bool = true) -> BoundedFeed<Int> {
        BoundedFeed(capacity: capacity, gap: { _ in tellsGaps ? -1 : nil }, isDispensable: { $0 % 2 == 0 })
    }

    /// Everything that waits.
    private func rest(_ feed: BoundedFeed<Int>) async throws -> [Int] {
        feed.finish()
        var found: [Int] = []
        while let element = try await feed.next() { found.append(element) }
        return found
    }

    @Test func theOldestThatMayBeLostGoesFirst() async throws {
        let feed = feed(3)
        for piece in [1, 2, 4] { #expect(feed.push(piece)) }
        #expect(feed.push(5) && feed.push(7))
        #expect(feed.lost == 2)
        #expect(try await rest(feed) == [1, 5, 7], "nothing precious was lost: there is no gap")
    }

    @Test func theReaderIsToldOnceOfWhatWasRefused() async throws {
        let feed = feed(2)
        #expect(feed.push(1) && feed.push(3))
        #expect(!feed.push(5) && !feed.push(7) && !feed.push(6))
        #expect(try await feed.next() == 1)
        #expect(feed.push(9), "there is room again")
        #expect(!feed.push(11))
        #expect(try await rest(feed) == [3, -1, 9])
        #expect(feed.lost == 4)
    }

    @Test func aGapStandsBehindWhatWasThereBeforeIt() async throws {
        let feed = feed(2)
        _ = (feed.push(1), feed.push(3), feed.push(5))
        #expect(try await feed.next() == 1)
        #expect(try await feed.next() == 3)
        #expect(feed.push(7))
        #expect(try await feed.next() == -1)
        #expect(try await feed.next() == 7)
        _ = (feed.push(9), feed.push(11), feed.push(13))
        #expect(try await rest(feed) == [9, 11, -1], "a later gap is told as well")
    }

    @Test func whereNobodyWantsToKnowNothingIsTold() async throws {
        let feed = feed(1, tellsGaps: false)
        _ = (feed.push(1), feed.push(3))
        #expect(try await rest(feed) == [1])
    }

    /// All short histories against a plain reference that holds everything and drops by the same rule.
    @Test(arguments: 0..<200) func everyHistoryHasTheOrderOfItsPieces(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let (feed, capacity) = (feed(4), 4)
        var (waiting, told, expected): ([Int], [Int], [Int]) = ([], [], [])
        for piece in 0..<60 {
            if random.below(3) > 0 {
                if waiting.filter({ $0 >= 0 }).count == capacity {
                    if let victim = waiting.firstIndex(where: { $0 >= 0 && $0 % 2 == 0 }) {
                        waiting.remove(at: victim)
                        waiting.append(piece)
                    } else if piece % 2 == 1, !waiting.contains(-1) {
                        waiting.append(-1)
                    }
                } else {
                    waiting.append(piece)
                }
                feed.push(piece)
            } else if !waiting.isEmpty {
                expected.append(waiting.removeFirst())
                told.append(try #require(try await feed.next()))
            }
        }
        #expect(told == expected, "seed \(seed)")
        #expect(try await rest(feed) == waiting, "seed \(seed)")
    }

    /// A runner that did not read for very long is told to read its whole account.
    @Test func newsThatWereRefusedAreReadFromTheAccount() async throws {
        let feed = BoundedFeed.news(capacity: 2)
        let symbol = BitgetBench.symbol
        func batch(_ event: VenueEvent, _ second: Int64) -> VenueBatch {
            VenueBatch(broker: BrokerName("one"), at: Timestamp(milliseconds: second * 1000), events: [event])
        }
        #expect(feed.push(batch(.session(symbol, isOpen: true, next: nil), 1)))
        #expect(feed.push(batch(.price(symbol, Price(.one)), 2)))
        #expect(feed.push(batch(.session(symbol, isOpen: false, next: nil), 3)), "a price gives way")
        #expect(!feed.push(batch(.price(symbol, Price(.one)), 4)))
        #expect(!feed.push(batch(.session(symbol, isOpen: true, next: nil), 5)))
        feed.finish()
        var told: [VenueBatch] = []
        while let next = try await feed.next() { told.append(next) }
        #expect(
            told == [
                batch(.session(symbol, isOpen: true, next: nil), 1),
                batch(.session(symbol, isOpen: false, next: nil), 3), batch(.reconnected, 5),
            ])
    }
}
