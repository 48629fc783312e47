private let venueWords = ["bitget", "tinkoff", "tinvest", "moex", "binance"]

/// Venues are named only in their own folder of Brokers or Twins and where everything is put together; comments may.
func venueWordFindings(_ file: SourceFile) -> [Finding] {
    guard let room = file.room, room != "aitrade", !(isOfVenues(room) && !file.folders.isEmpty) else { return [] }
    return file.lines.flatMap { line -> [Finding] in
        let text = ([line.code] + line.strings).joined(separator: " ").lowercased()
        return venueWords.filter { text.contains($0) }.map {
            file.finding(
                line,
                "`\($0)` in \(room): say it in the words of Core (`BrokerName`, `VenueError`), or move it to "
                    + "Sources/Brokers/<Venue> or Sources/aitrade")
        }
    }
}

/// Rooms with a folder for each venue.
private func isOfVenues(_ room: String) -> Bool { room == "Brokers" || room == "Twins" }
