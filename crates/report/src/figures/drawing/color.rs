//! Colors that people with any color vision tell apart.

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Color {
    pub(crate) fn code(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Okabe and Ito, Color Universal Design (2008), without black, which the axes have, and with
/// their yellow darkened to be seen on white; then three of Tol's muted scheme (2021).
const METHODS: [Color; 10] = [
    Color(0x00, 0x72, 0xb2),
    Color(0xd5, 0x5e, 0x00),
    Color(0x00, 0x9e, 0x73),
    Color(0xcc, 0x79, 0xa7),
    Color(0xe6, 0x9f, 0x00),
    Color(0x56, 0xb4, 0xe9),
    Color(0xa8, 0x9c, 0x1a),
    Color(0x88, 0x22, 0x55),
    Color(0x33, 0x22, 0x88),
    Color(0x77, 0x77, 0x77),
];

/// The color of the method at this place in the order asked for.
pub(crate) fn method_color(place: usize) -> Color {
    METHODS[place % METHODS.len()]
}

/// Those for methods while they last, then ones that also stand out on a dark page: magenta of
/// Tol's vibrant scheme (2021), the others ours.
const GROUPS: [Color; 12] = [
    METHODS[0],
    METHODS[1],
    METHODS[2],
    METHODS[3],
    METHODS[4],
    METHODS[5],
    METHODS[6],
    Color(0xee, 0x33, 0x77),
    Color(0x8a, 0x7f, 0xd6),
    Color(0x99, 0x99, 0x99),
    Color(0xb0, 0x7a, 0x4f),
    Color(0x44, 0xbb, 0x99),
];

/// The color of the group at this place in the alphabet of groups.
pub(crate) fn group_color(place: usize) -> Color {
    GROUPS[place % GROUPS.len()]
}

/// Viridis (van der Walt and Smith, 2015), every eighth part.
const VIRIDIS: [Color; 9] = [
    Color(0x44, 0x01, 0x54),
    Color(0x47, 0x2c, 0x7a),
    Color(0x3b, 0x51, 0x8b),
    Color(0x2c, 0x71, 0x8e),
    Color(0x21, 0x90, 0x8d),
    Color(0x27, 0xad, 0x81),
    Color(0x5c, 0xc8, 0x63),
    Color(0xaa, 0xdc, 0x32),
    Color(0xfd, 0xe7, 0x25),
];

/// The color for a share of the way from least to most; below 0 and above 1 as 0 and 1.
pub(crate) fn viridis(share: f64) -> Color {
    let last = VIRIDIS.len() - 1;
    let place = if share.is_finite() {
        share.clamp(0.0, 1.0) * last as f64
    } else {
        0.0
    };
    let lower = (place.floor() as usize).min(last - 1);
    let part = place - lower as f64;
    let (from, to) = (VIRIDIS[lower], VIRIDIS[lower + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    Color(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viridis_runs_from_its_first_to_its_last_color() {
        assert_eq!(viridis(0.0), VIRIDIS[0]);
        assert_eq!(viridis(0.5), VIRIDIS[4]);
        assert_eq!(viridis(7.0), VIRIDIS[8]);
        assert_eq!(viridis(f64::NAN), VIRIDIS[0]);
    }
}
