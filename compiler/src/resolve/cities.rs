//! IATA cities and airports, and ISO 3166 countries, from a table compiled in.
//!
//! Takes codes, gives places; distances only help messages. Invariant: a look-up reads a few lines of the table, never all.

static TABLE: &str = include_str!("../../data/cities.txt");
const LINE: usize = 48;

/// An airport or a metropolitan city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct City {
    /// Its code.
    pub code: &'static str,
    /// The code of its city; its own where it has none.
    pub city: &'static str,
    /// ISO 3166 alpha-2.
    pub country: &'static str,
    /// Latitude in ten-thousandths of a degree.
    pub latitude: i32,
    /// Longitude in ten-thousandths of a degree.
    pub longitude: i32,
    /// In words.
    pub name: &'static str,
}

/// The city or airport of that code.
pub fn find(code: &str) -> Option<City> {
    if code.len() != 3 {
        return None;
    }
    let (mut low, mut high) = (0, TABLE.len() / LINE);
    while low < high {
        let middle = low.midpoint(high);
        let line = TABLE.get(middle * LINE..(middle + 1) * LINE)?;
        match line.get(..3)?.cmp(code) {
            std::cmp::Ordering::Equal => return parse(line),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

fn parse(line: &'static str) -> Option<City> {
    Some(City {
        code: line.get(..3)?,
        city: line.get(3..6)?,
        country: line.get(6..8)?,
        latitude: line.get(8..16)?.parse().ok()?,
        longitude: line.get(16..24)?.parse().ok()?,
        name: line.get(24..47)?.trim_end(),
    })
}

/// The distance over ground, in whole kilometres.
pub fn distance(a: City, b: City) -> u32 {
    let radians = |t: i32| (f64::from(t) / 1e4).to_radians();
    let (la, lb) = (radians(a.latitude), radians(b.latitude));
    let (dla, dlo) = (lb - la, radians(b.longitude) - radians(a.longitude));
    let h = (dla / 2.0).sin().powi(2) + la.cos() * lb.cos() * (dlo / 2.0).sin().powi(2);
    (2.0 * 6371.0 * h.sqrt().min(1.0).asin()).round() as u32
}

/// ISO 3166-1 alpha-2, officially assigned.
static COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP \
KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG \
NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR \
SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Whether a code is a country.
pub fn is_country(code: &str) -> bool {
    let known = |at: usize| COUNTRIES.get(at * 3..at * 3 + 2).unwrap_or("");
    let (mut low, mut high) = (0, COUNTRIES.len().div_ceil(3));
    while low < high {
        let middle = low.midpoint(high);
        match known(middle).cmp(code) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    false
}

/// Member states of the European Union.
pub static EU: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
/// The European Economic Area: the Union and three more.
pub static EEA: &str =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_whole() {
        assert_eq!(TABLE.len() % LINE, 0);
        let codes: Vec<&str> =
            TABLE.as_bytes().chunks(LINE).map(|l| std::str::from_utf8(&l[..3]).unwrap()).collect();
        assert!(codes.windows(2).all(|w| w[0] < w[1]));
        assert!(codes.iter().all(|c| find(c).is_some_and(|f| f.code == *c && find(f.city).is_some())));
    }

    #[test]
    fn places_are_where_they_are() {
        let (fra, muc, nyc) = (find("FRA").unwrap(), find("MUC").unwrap(), find("NYC").unwrap());
        assert!((295..305).contains(&distance(fra, muc)), "{}", distance(fra, muc));
        assert_eq!((nyc.country, find("JFK").unwrap().city), ("US", "NYC"));
        assert_eq!(find("XXX"), None);
        assert!(is_country("DE") && !is_country("XX") && !is_country("D ") && !is_country(""));
        assert!(COUNTRIES.split(' ').all(is_country) && COUNTRIES.split(' ').is_sorted());
    }
}
