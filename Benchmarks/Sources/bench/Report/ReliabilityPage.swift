import Foundation

/// The page itself: a table of promises, and the speeds.
struct ReliabilityPage {
    let results: Results
    let date: String
    let machine: String
    let note: String?

    /// Promises all of whose proofs were run and hold.
    var kept: Int { Promise.all.count { promise in promise.proofs.allSatisfy { $0.find(results)?.holds ?? false } } }

    /// Promises with a proof that was run and does not hold.
    var broken: Int { Promise.all.count { promise in promise.proofs.contains { $0.find(results)?.holds == false } } }

    var text: String {
        """
        # Reliability

        Written by `make reliability` on \(date), on \(machine). Every figure comes from a run on the day beside
        it; nothing here is typed by hand. "not run" means that the run that gives the figure was left out or does not
        exist yet.
        \(note.map { "\nThis run: \($0).\n" } ?? "")
        `bench` is `Benchmarks/.build/release/bench`, `aitrade` is `.build/release/aitrade`.

        ## Promises

        | id | promise | how it was tested | figure reached | kept | date | command |
        |---|---|---|---|---|---|---|
        \(Promise.all.map(rows).joined(separator: "\n"))

        ## Speed

        | workload | program | version | case | figure | memory |
        |---|---|---|---|---|---|
        \(speeds.joined(separator: "\n"))

        \(comparison)
        """
    }

    private func rows(_ promise: Promise) -> String {
        promise.proofs.enumerated().map { place, proof in
            let finding = proof.find(results)
            let mark = finding.map { $0.holds.map { $0 ? "yes" : "**NO**" } ?? "-" } ?? "not run"
            let open = place == promise.proofs.count - 1 ? promise.open.map { " (open: \($0))" } ?? "" : ""
            let head = place == 0 ? "\(promise.id) | \(promise.text)" : " | "
            let command = proof.command.replacingOccurrences(of: "|", with: "\\|")
            return "| \(head) | \(proof.method)\(open) | \(finding?.text ?? "-") | \(mark) | "
                + "\(finding == nil ? "-" : results.day(of: proof.source) ?? date) | `\(command)` |"
        }.joined(separator: "\n")
    }

    private var speeds: [String] {
        let steps = results.lines("engine-steps").map { line in
            "| engine | aitrade | main | \(line.text("case")) | \(whole(line.number("steps_per_s"))) steps/s | - |"
        }
        return steps
            + fastest.map { line in
                "| W4 | \(line.text("peer")) | \(line.text("version")) | \(line.text("case")) | "
                    + "\(whole(line.number("bars_per_s"))) bars/s, \(whole(line.number("trades"))) trades | "
                    + String(format: "%.0f MiB |", line.number("peak_mib"))
            }
    }

    /// Of the rounds of each program and case, the one in the middle.
    private var fastest: [Results.Line] {
        let lines = results.lines.filter { $0.text("workload") == "W4" }
        let keys = lines.reduce(into: [String]()) { keys, line in
            let key = Self.key(line)
            if !keys.contains(key) { keys.append(key) }
        }
        return keys.compactMap { key in
            let rounds = lines.filter { Self.key($0) == key }.sorted { $0.number("median_s") < $1.number("median_s") }
            return rounds.isEmpty ? nil : rounds[rounds.count / 2]
        }
    }

    private static func key(_ line: Results.Line) -> String { line.text("peer") + " " + line.text("case") }

    /// Our speed over each peer's in the same case.
    private var comparison: String {
        let ours = fastest.filter { $0.text("peer") == "aitrade" }
        let factors = fastest.filter { $0.text("peer") != "aitrade" }.compactMap { peer -> String? in
            guard let own = ours.first(where: { $0.text("case") == peer.text("case") }) else { return nil }
            let factor = own.number("bars_per_s") / peer.number("bars_per_s")
            return String(
                format: "- %@: %.1f times the bars per second of %@ %@, on equal trades.", peer.text("case"), factor,
                peer.text("peer"), peer.text("version"))
        }
        return factors.isEmpty
            ? "The Python peers were left out of this run: `make reliability PEERS=1` runs them beside."
            : factors.joined(separator: "\n")
    }
}
