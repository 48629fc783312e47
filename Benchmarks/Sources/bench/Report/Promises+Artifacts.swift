import Foundation

extension Promise {
    static let artifacts = [
        Promise(
            id: "G-10", text: "Every flip, truncation and length lie in a signals file is refused",
            proofs: [
                .tests("ArtifactRefusalTests", "ArtifactCodecTests", method: "every byte flipped, every length cut")
            ],
            open: "the 10^7 random inputs are run by `make fuzz`, see docs/artifact.md"),
        Promise(
            id: "G-11", text: "No look-ahead: a row never depends on later bars",
            proofs: [.tests("LookAheadTests", method: "prefixes of the data give the same rows, bit for bit")]),
        Promise(
            id: "G-12", text: "Same seed, same artifact bytes on any number of threads",
            proofs: [.tests("SignalGeneratorTests", method: "1, 2 and more threads, interrupted and resumed")],
            open: "Linux only; macOS is not tested"),
        Promise(
            id: "G-13", text: "Positions are the sum of their fills; cash, fees and profit balance exactly",
            proofs: [
                .simulation("chaos: conservation is an invariant") {
                    Finding(
                        text: "\(whole(total($0, "fills"))) fills, \(failures($0)) broken invariants",
                        holds: failures($0) == 0)
                },
                .tests("LedgerReportTests", method: "FIFO profit against an independent recomputation"),
            ]),
    ]

    static let limits = [
        Promise(
            id: "G-14", text: "Hard limits on the path: a tick below passes, a tick above does not",
            proofs: [.tests("RiskBoundaryTests", "RiskGateTests", method: "both sides of every limit")],
            open: "the removal of each check is proven by the mutations in docs/chaos.md"),
        Promise(
            id: "G-15", text: "Storage faults: no order without a durable intent",
            proofs: [
                .tests(
                    "TornLogTests", "LedgerRecoveryTests", "DiskTests", "FaultyDiskTests", "LedgerFaultTests",
                    method: "full, torn, read-only and failing disks; EIO and ENOSPC at every call; the kill switch "
                        + "without a ledger")
            ]),
        Promise(
            id: "G-16", text: "Clock steps and drift: no bar twice, no expired signal traded",
            proofs: [
                .simulation("chaos: clock steps at random moments") {
                    Finding(text: "\(failures($0)) broken invariants", holds: failures($0) == 0)
                },
                .tests("SignalTests", method: "rows are taken once, in order, never before their time"),
                .tests(
                    "ClockOffsetTests", "BitgetStatusTests", method: "a venue's clock is measured every ten minutes"),
            ]),
        Promise(
            id: "G-17", text: "Pre-trade gate p99 within 100 us, ledger commit p99 within 10 ms (FULL sync)",
            proofs: [
                .latency("gate", "signal to approved order through the engine, all limits set", p99Below: 100),
                .latency("ledger-commit", "one journal row and one intent, flushed to the disk", p99Below: 10_000),
                .latency("signal-to-order", "row handed out, decided, committed, broker called", p99Below: nil),
            ]),
        Promise(
            id: "G-18", text: "Every refusal has a stable code, documented and produced by a test",
            proofs: [.tests("RiskGateTests", "RiskBoundaryTests", method: "each code of the gate")]),
    ]
}
